"""Make a backup of a released version, filled by its own demo and shell.

    python -m tests.releases 8b7139d 0.1.0

Every released version keeps three files beside this one: what its shell is told, so
that no table stays empty; the backup; the key that opens it. All in it was made up.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ELSEWHERE = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "MEDIA_ROOT", "S3_BUCKET")
KEPT = 3  # uploads


def main(commit: str, version: str) -> None:
    with tempfile.TemporaryDirectory(prefix="redleader-release-") as folder:
        code, var, out = (Path(folder) / name for name in ("code", "var", "out"))
        Path(folder).chmod(0o755)  # its database server has another user
        code.mkdir()
        out.mkdir()
        packed = subprocess.run(
            ["git", "archive", commit],  # noqa: S607
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
        unpack = ["tar", "x", "-C", str(code)]
        subprocess.run(unpack, input=packed.stdout, check=True)
        inherited = {k: v for k, v in os.environ.items() if k not in ELSEWHERE}
        environment = inherited | {"REDLEADER_VAR": str(var), "REDLEADER_DEMO": "1"}

        def manage(*arguments: object, **options) -> None:
            command = [sys.executable, "manage.py", *map(str, arguments)]
            subprocess.run(command, cwd=code, env=environment, check=True, **options)

        manage("demo", "--no-server", stdout=subprocess.DEVNULL)
        manage("shell", input=(HERE / f"{version}.shell").read_bytes())
        thin_out(var / "demo_media")
        key, public = HERE / f"{version}.key", out / "public"
        key.unlink(missing_ok=True)
        with public.open("wb") as file:
            manage("backup_key", "--to", key, stdout=file)
        manage("backup", "--to", out, "--recipients", public)
        [made] = out.glob("*.age")
        made.replace(HERE / f"{version}.tar.age")


def thin_out(media: Path) -> None:
    """Leave the smallest uploads only; a backup takes what is there."""
    files = [path for path in media.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda path: path.stat().st_size)[KEPT:]:
        path.unlink()


if __name__ == "__main__":
    main(*sys.argv[1:])
