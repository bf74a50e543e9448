"""Restoring a backup: everything is checked first, then everything is put back.

The database is replaced in one transaction that ends with a comparison of every
table; the media folder is swapped after it, and the old one stays beside it.
"""

import gzip
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pyrage.x25519 import Identity

from redleader.backup import fingerprints, upgrade
from redleader.backup.archive import (
    DATABASE,
    MEDIA,
    BackupError,
    Manifest,
    Tell,
    client_environment,
    read_backup,
    require_room,
    tool,
)
from redleader.backup.encryption import CHUNK
from redleader.uploads.storage import sync

# Do not wait long for a site that is still running; drop what the owner has.
CLEAR = "SET lock_timeout = '10s';\nDROP OWNED BY CURRENT_USER;\n"


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    old_media: Path | None


def require_known_schema(manifest: Manifest) -> None:
    """Refuse a backup whose tables this program cannot bring up to its own."""
    found = upgrade.obstacles({(app, name) for app, name in manifest.migrations})
    if found:
        version = manifest.versions["redleader"]
        raise BackupError(f"这份备份由 {version} 版制作：{upgrade.words(found)}")


def is_empty() -> bool:
    """Tell whether the database has no table yet."""
    with connection.cursor() as cursor:
        return not fingerprints.names(cursor)


def require_free(replace: str) -> None:
    """Refuse a database that has tables unless its name was given as confirmation."""
    name = connection.settings_dict["NAME"]
    if is_empty():
        return
    if not replace:
        raise BackupError(
            f"数据库 {name} 不是空的，没有做任何改动。"
            f"确实要用备份取代它，请加 --replace {name}。"
        )
    if replace != name:
        raise BackupError(
            f"--replace 后面的库名 {replace} 与要取代的数据库 {name} 不同，"
            "没有做任何改动。"
        )


def restore_backup(
    path: Path,
    identities: Sequence[Identity],
    *,
    media_root: Path,
    replace: str,
    tell: Tell,
) -> Restored:
    """Restore a backup into the connected database and the media folder."""
    require_free(replace)
    media_root = media_root.absolute()
    media_root.parent.mkdir(parents=True, exist_ok=True)
    if os.path.ismount(media_root):
        raise BackupError(
            f"{media_root} 本身是一个挂载点，不能整个替换；"
            "请把 MEDIA_ROOT 改为其中的一个子目录。"
        )
    require_room(media_root.parent, [path])
    staging = Path(tempfile.mkdtemp(prefix=".restore-", dir=media_root.parent))
    try:
        tell("正在解密并逐项核对 …")
        manifest = read_backup(path, identities, into=staging)
        require_known_schema(manifest)
        tell("正在写入数据库 …")
        fill_database(staging / DATABASE, manifest, clear=not is_empty())
        tell("正在放回文件 …")
        old_media = swap_media(staging / MEDIA, media_root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    tell("正在升级表结构、核对权限 …")
    connection.close()
    call_command("migrate", verbosity=0, interactive=False)
    return Restored(manifest, old_media)


def fill_database(dumped: Path, manifest: Manifest, *, clear: bool) -> None:
    """Run the dump in one transaction, rolled back if any table differs."""
    command = [str(tool("psql")), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    environment = client_environment(connection.settings_dict)
    connection.close()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        ) as psql,
        gzip.open(dumped) as sql,
    ):
        assert psql.stdin  # noqa: S101 for the type checker
        try:
            psql.stdin.write(CLEAR.encode() if clear else b"")
            shutil.copyfileobj(sql, psql.stdin, CHUNK)
            psql.stdin.write(fingerprints.check_sql(manifest.tables).encode())
            psql.stdin.close()
        except BrokenPipeError:
            pass  # psql reports the reason at once.
        except BaseException:
            psql.kill()  # Without the final COMMIT the transaction is rolled back.
            raise
        if psql.wait():
            said.seek(0)
            text = said.read().decode(errors="replace").strip()
            raise BackupError(f"数据库没有改动，psql 说：\n{text[-1500:]}")


def swap_media(new: Path, media_root: Path) -> Path | None:
    """Replace the media folder by another; return where the old one is."""
    new.mkdir(exist_ok=True)
    new.chmod(0o750)
    old = None
    if media_root.exists():
        old = media_root.with_name(
            f"{media_root.name}-before-{timezone.localtime():%Y%m%d-%H%M%S}"
        )
        media_root.rename(old)
    new.rename(media_root)
    sync(media_root.parent)
    return old
