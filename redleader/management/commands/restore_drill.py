import os
import time
from pathlib import Path

from django.conf import settings
from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from redleader.backup import drill, fingerprints
from redleader.backup.archive import (
    BackupError,
    Manifest,
    make_backup,
    private_folder,
    read_backup,
)
from redleader.backup.encryption import (
    VaultError,
    new_key,
    read_identities,
    read_recipients,
)


class Command(BaseCommand):
    help = (
        "恢复演练：做一份备份（或用 --from 指定），恢复到临时的数据库，逐项比较；"
        "再弄坏一处，看演练是否发现。不动正式的数据。"
    )
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="source", type=Path, help="已有的备份文件")
        parser.add_argument(
            "--identity",
            type=Path,
            default=os.environ.get("BACKUP_IDENTITY_FILE"),
            help="已有备份的私钥文件，默认 BACKUP_IDENTITY_FILE",
        )

    def handle(self, *args, source, identity, **options):
        if source and not identity:
            raise CommandError("请用 --identity 或 BACKUP_IDENTITY_FILE 指定私钥文件。")
        self.failed = 0
        try:
            with private_folder(settings.VAR_DIR) as folder:
                if source:
                    manifest = read_backup(source, read_identities(identity))
                else:
                    source, identity, manifest = self.make(folder)
                with drill.place(folder) as place:
                    self.restore(place, source, identity, manifest)
                    self.controls(place, source, identity, manifest)
        except (BackupError, VaultError, Error, OSError) as error:
            raise CommandError(f"演练没有完成：{error}") from None
        if self.failed:
            raise CommandError(f"演练不合格：{self.failed} 项。")
        self.stdout.write("演练合格。")

    def make(self, folder: Path) -> tuple[Path, Path, Manifest]:
        """Make a backup for a key that exists only during the drill."""
        identity, public = folder / "key", folder / "public"
        public.write_text(new_key(identity))
        began = time.monotonic()
        path, manifest = make_backup(
            folder, read_recipients(public), tell=lambda text: None
        )
        self.note("做备份", f"{time.monotonic() - began:.1f} 秒")
        return path, identity, manifest

    def restore(
        self, place: drill.DrillServer, source: Path, identity: Path, manifest: Manifest
    ) -> None:
        name = place.make_database("drill")
        began = time.monotonic()
        done = place.manage(name, "restore", "--from", source, "--identity", identity)
        self.note("备份内容", manifest)
        self.promise("恢复", f"{time.monotonic() - began:.1f} 秒", not done.returncode)
        if done.returncode:
            raise BackupError(done.stderr.strip())
        found = place.ask(name)
        wrong = fingerprints.differences(manifest.tables, found)
        rows = sum(table.rows for table in found.values())
        self.promise(
            "各表行数和内容一致",
            f"{len(found) - len(wrong)}/{len(manifest.tables)} 张表，{rows} 行",
            not wrong,
        )
        self.promise(
            "各文件一致",
            f"{len(manifest.media) - self.wrong_media(place, manifest)}"
            f"/{len(manifest.media)} 个",
            not self.wrong_media(place, manifest),
        )
        if "verify_audit" in get_commands():
            done = place.manage(name, "verify_audit")
            self.promise(
                "审计链完整", done.stdout.partition("\n")[0], not done.returncode
            )

    def controls(
        self, place: drill.DrillServer, source: Path, identity: Path, manifest: Manifest
    ) -> None:
        """Break one thing at a time; a drill that does not notice proves nothing."""
        empty = place.make_database("drill_control")
        copy = drill.damaged_copy(source, place.folder)
        done = place.manage(empty, "restore", "--from", copy, "--identity", identity)
        refused = bool(done.returncode) and not place.ask(empty)
        self.control("备份文件改动 1 个字节", "拒绝，库仍是空的", refused)
        name = place.make_database("drill")
        changed = fingerprints.differences(
            manifest.tables, place.ask(name, drill.ALTERED)
        )
        self.control(
            "恢复后的库改动 1 行",
            "、".join(changed),
            changed == ["public.django_migrations"],
        )
        files = list(drill.media_files(place.media))
        if files:
            drill.flip_byte(files[0])
            count = self.wrong_media(place, manifest)
            self.control("恢复后的文件改动 1 个字节", f"{count} 个不符", count == 1)

    def wrong_media(self, place: drill.DrillServer, manifest: Manifest) -> int:
        found = drill.hashes(place.media)
        wanted = {name: member.sha256 for name, member in manifest.media.items()}
        every = found.keys() | wanted.keys()
        return sum(found.get(name) != wanted.get(name) for name in every)

    def note(self, what, figure) -> None:
        self.stdout.write(f"  {what}：{figure}")
        self.stdout.flush()

    def promise(self, what, figure, kept: bool) -> None:
        self.failed += not kept
        self.note(what, f"{figure}　{'合格' if kept else '不合格'}")

    def control(self, what, figure, found: bool) -> None:
        self.failed += not found
        self.note(f"对照：{what}", f"{figure}　{'已发现' if found else '没有发现'}")
