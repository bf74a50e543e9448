import os
import time
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from redleader.backup.archive import BackupError, read_backup
from redleader.backup.encryption import VaultError, read_identities
from redleader.backup.restore import (
    is_empty,
    require_known_schema,
    restore_backup,
)
from redleader.uploads.storage import RemoteStorage


class Command(BaseCommand):
    help = "用一份备份恢复数据库和上传的文件；先全部核对，再写入。"
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument(
            "--from", dest="source", type=Path, required=True, help="备份文件"
        )
        parser.add_argument(
            "--identity",
            type=Path,
            default=os.environ.get("BACKUP_IDENTITY_FILE"),
            help="私钥文件，默认 BACKUP_IDENTITY_FILE",
        )
        parser.add_argument(
            "--into", default="", help="恢复到哪个数据库，默认为当前设置的数据库"
        )
        parser.add_argument(
            "--media",
            type=Path,
            default=Path(settings.MEDIA_ROOT),
            help="文件恢复到哪个目录，默认 MEDIA_ROOT",
        )
        parser.add_argument(
            "--replace",
            default="",
            metavar="库名",
            help="数据库不是空的也恢复；须写出库名以示确认",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="只核对备份并说明将做什么"
        )

    def handle(self, *args, source, identity, into, media, replace, dry_run, **options):
        if not identity:
            raise CommandError("请用 --identity 或 BACKUP_IDENTITY_FILE 指定私钥文件。")
        if into:
            connection.close()
            connection.settings_dict["NAME"] = into
        began = time.monotonic()
        try:
            keys = read_identities(identity)
            if dry_run:
                return self.look(source, keys, media)
            done = restore_backup(
                source, keys, media_root=media, replace=replace, tell=self.tell
            )
        except (BackupError, VaultError, Error, OSError) as error:
            raise CommandError(f"没有恢复：{error}") from None
        self.tell(f"恢复完成，每张表、每个文件都与备份一致：{done.manifest}")
        if isinstance(storages["default"], RemoteStorage) and not into:
            count = storages["default"].take_in(media)
            self.tell(f"已把 {count} 个文件放入对象存储；{media} 中的可以删除。")
        if done.old_media:
            self.tell(f"原来的文件还在 {done.old_media}，确认无误后再删除。")
        self.tell(f"用时 {time.monotonic() - began:.1f} 秒")
        return None

    def look(self, source, keys, media) -> None:
        manifest = read_backup(source, keys)
        require_known_schema(manifest)
        self.tell(f"备份完好：{manifest}")
        self.tell(f"由 {manifest.versions['redleader']} 版程序制作")
        name = connection.settings_dict["NAME"]
        state = "是空的" if is_empty() else f"不是空的，恢复时须加 --replace {name}"
        self.tell(f"将恢复到数据库 {name}（{state}）和目录 {media}；这次没有写入。")

    def tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
