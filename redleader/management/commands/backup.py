import os
import shutil
import time
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from redleader.backup import fingerprints
from redleader.backup.archive import (
    BackupError,
    backups_in,
    drop_old,
    make_backup,
    media_files,
    tool,
)
from redleader.backup.encryption import VaultError, read_recipients
from redleader.uploads.storage import RemoteStorage


class Command(BaseCommand):
    help = "把数据库和上传的文件做成一份加密的备份，写完后整个回读核对。"
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument(
            "--to",
            type=Path,
            default=os.environ.get("BACKUP_DIR"),
            help="备份放在哪个目录，默认 BACKUP_DIR",
        )
        parser.add_argument(
            "--recipients",
            type=Path,
            default=os.environ.get("BACKUP_RECIPIENTS_FILE"),
            help="公钥文件，默认 BACKUP_RECIPIENTS_FILE",
        )
        parser.add_argument(
            "--keep", type=int, default=0, help="只留最新的几份；默认全部保留"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="只检查并说明将备份什么，不写入"
        )

    def handle(self, *args, to, recipients, keep, dry_run, **options):
        if not to or not recipients:
            raise CommandError(
                "请用 --to 或 BACKUP_DIR 指定目录，"
                "用 --recipients 或 BACKUP_RECIPIENTS_FILE 指定公钥文件；"
                "公钥由 manage.py backup_key 生成。"
            )
        if not to.is_dir() or not os.access(to, os.W_OK):
            raise CommandError(f"目录 {to} 不存在或不可写，没有备份。")
        began = time.monotonic()
        try:
            keys = read_recipients(recipients)
            if dry_run:
                return self.look(to)
            path, manifest = make_backup(to, keys, tell=self.tell)
        except (BackupError, VaultError, Error, OSError) as error:
            raise CommandError(f"没有备份：{error}") from None
        size = path.stat().st_size / 1e6
        self.tell(f"备份完成，已回读核对：{path}（{size:.1f} MB）")
        self.tell(f"内容：{manifest}；用时 {time.monotonic() - began:.1f} 秒")
        if keep > 0:
            for old in drop_old(to, keep):
                self.tell(f"已删除旧备份：{old.name}")
        return None

    def look(self, to: Path) -> None:
        with connection.cursor() as cursor:
            count = len(fingerprints.names(cursor))
        remote = storages["default"]
        if isinstance(remote, RemoteStorage):
            uploads = f"对象存储中的 {len(remote.names())} 个文件"
        else:
            files = list(media_files(Path(settings.MEDIA_ROOT)))
            size = sum(path.stat().st_size for path in files)
            uploads = f"{len(files)} 个文件 {size / 1e6:.1f} MB"
        self.tell(f"工具：{tool('pg_dump')}")
        self.tell(f"将备份 {count} 张表、{uploads}")
        self.tell(
            f"写入 {to}，现有备份 {len(backups_in(to))} 份，"
            f"剩余空间 {shutil.disk_usage(to).free / 1e6:.0f} MB"
        )

    def tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
