"""A cluster on this one machine, from the very files of ``deploy/cluster``."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

import psycopg2

from redleader import database
from tests.drives.browser import Browser
from tests.drives.site import ROOT, children, free_port, wait_until_gone

FILES = ROOT / "deploy/cluster"
TOOLS = ("patroni", "etcd", "haproxy", "pgbouncer", "redis-server")
NAME = "redleader_demo"
PATIENCE = 90  # seconds


def missing_tools() -> list[str]:
    path = f"{os.environ['PATH']}:/usr/sbin"
    return [name for name in TOOLS if not shutil.which(name, path=path)]


def filled(name: str, words: dict[str, str]) -> str:
    """Return a file of ``deploy/cluster`` with this machine's words in it.

    Each word must stand there, so that the drive notices when the file has changed.
    """
    text = (FILES / name).read_text()
    for word, replacement in words.items():
        if word not in text:
            raise RuntimeError(f"{name} has no {word!r}.")
        text = text.replace(word, replacement)
    return text


def wait_until(happens, what: str) -> None:
    limit = time.monotonic() + PATIENCE
    while not happens():
        if time.monotonic() > limit:
            raise TimeoutError(f"Waited in vain for {what}.")
        time.sleep(0.1)


class Node:
    """One database machine: Patroni and the PostgreSQL that it keeps."""

    def __init__(self, cluster: "Cluster", number: int):
        self.cluster, self.name = cluster, f"pg{number}"
        self.port, self.rest = free_port(), free_port()
        self.folder = cluster.folder(self.name)
        self.data = self.folder / "data"
        self.process: subprocess.Popen | None = None
        self.file = self.folder / "patroni.yml"
        text = filled(
            "patroni.yml",
            {
                "name: pg1": f"name: {self.name}",
                "10.0.0.11:8008": f"127.0.0.1:{self.rest}",
                "10.0.0.11:5432": f"127.0.0.1:{self.port}",
                "10.0.0.31:2379,10.0.0.32:2379,10.0.0.33:2379": (
                    f"127.0.0.1:{cluster.etcd_port}"
                ),
                "shared_buffers: 2GB": "shared_buffers: 16MB",
                "max_connections: 200": "max_connections: 60",
                "/var/lib/postgresql/15/redleader": str(self.data),
                "/usr/lib/postgresql/15/bin": str(cluster.binaries.bin_dir),
                "/var/run/postgresql": str(self.folder),
                "CHANGE-ME": cluster.password,
                "10.0.0.0/24": "127.0.0.1/32",
            },
        )
        cluster.write(self.file, text)

    def start(self) -> None:
        self.process = self.cluster.run("patroni", str(self.file), log=self.name)

    def family(self) -> list[int]:
        """Return Patroni and every process of its database server."""
        found = [self.process.pid] if self.process else []
        with contextlib.suppress(OSError, IndexError, ValueError):
            first = int((self.data / "postmaster.pid").read_text().split()[0])
            found += [first, *children(first)]
        return found

    def kill(self) -> None:
        """End all of it at once, as a lost machine would."""
        family = self.family()
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait(timeout=30)
            self.process = None
        wait_until_gone(family[1:])

    def state(self) -> dict:
        """Return what Patroni says of this node; nothing when it does not answer."""
        with contextlib.suppress(OSError, ValueError):
            address = f"http://127.0.0.1:{self.rest}/patroni"
            with urllib.request.urlopen(address, timeout=2) as answer:
                return json.load(answer)
        return {}

    @property
    def role(self) -> str:
        state = self.state()
        running = state.get("state") == "running"
        return str(state.get("role", "")) if running else ""

    def is_primary(self) -> bool:
        return self.role in ("master", "primary")

    def stop_sending(self) -> None:
        """Let the replicas receive nothing more from now on."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        for pid in children(first):
            with contextlib.suppress(OSError):
                if b"walsender" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGSTOP)


class Cluster:
    """Three database nodes, etcd, HAProxy, PgBouncer, Redis and two web processes."""

    def __init__(self) -> None:
        self.binaries = database.find_binaries("system")
        self.user = database.server_user()
        self.var = Path(tempfile.mkdtemp(prefix="redleader-cluster-"))
        self.var.chmod(0o755)
        self.home = self.folder("home")  # Patroni keeps passwords there.
        self.password = secrets.token_hex(12)
        self.etcd_port, self.redis_port = free_port(), free_port()
        self.pool_port, self.front_port = free_port(), free_port()
        self.hasty_port = free_port()  # the web without another try: the control
        self.primary_port, self.replica_port = free_port(), free_port()
        self.web_ports = [free_port(), free_port()]
        self.others: dict[str, subprocess.Popen] = {}
        self.nodes = [Node(self, number) for number in (1, 2, 3)]

    # --- Processes

    def folder(self, name: str) -> Path:
        path = self.var / name
        path.mkdir()
        if self.user:
            shutil.chown(path, self.user)
        path.chmod(0o700)
        return path

    def write(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o600)
        if self.user:
            shutil.chown(path, self.user)

    def run(self, *command: str, log: str, user: str | None = "", **variables: str):
        with open(self.var / f"{log}.log", "ab") as file:
            return subprocess.Popen(
                command,
                user=self.user if user == "" else user,
                cwd=ROOT if user is None else "/",
                env=os.environ
                | {"PATH": f"{os.environ['PATH']}:/usr/sbin", "LC_ALL": "C.UTF-8"}
                | ({"HOME": str(self.home)} if user == "" else {})
                | variables,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )

    def start_databases(self) -> None:
        peer = f"http://127.0.0.1:{free_port()}"
        client = f"http://127.0.0.1:{self.etcd_port}"
        self.others["etcd"] = self.run(
            "etcd",
            *("--name", "etcd1", "--data-dir", str(self.folder("etcd") / "data")),
            *("--listen-client-urls", client, "--advertise-client-urls", client),
            *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
            *("--initial-cluster", f"etcd1={peer}"),
            log="etcd",
        )
        self.nodes[0].start()
        wait_until(lambda: self.nodes[0].is_primary(), "the first primary")
        for node in self.nodes[1:]:
            node.start()
        self.wait_for_replicas(2)

    def wait_for_replicas(self, count: int) -> None:
        """Wait until so many replicas stream, one of them synchronously."""

        def ready() -> bool:
            with contextlib.suppress(psycopg2.Error, RuntimeError):
                rows = self.ask("SELECT sync_state FROM pg_stat_replication")
                states = [state for (state,) in rows]
                return len(states) >= count and "sync" in states
            return False

        wait_until(ready, f"{count} replicas")

    def start_front(self) -> None:
        """Start what stands between the web processes, the databases and the world."""
        ports = {f"pg{n}": node for n, node in zip((1, 2, 3), self.nodes, strict=True)}
        words = {
            "127.0.0.1:5000": f"127.0.0.1:{self.primary_port}",
            "127.0.0.1:5001": f"127.0.0.1:{self.replica_port}",
            "127.0.0.1:8080": f"127.0.0.1:{self.front_port}",
            "10.0.0.21:8000": f"127.0.0.1:{self.web_ports[0]}",
            "10.0.0.22:8000": f"127.0.0.1:{self.web_ports[1]}",
        } | {
            f"server {name} 10.0.0.1{name[2]}:5432 check port 8008": (
                f"server {name} 127.0.0.1:{node.port} check port {node.rest}"
            )
            for name, node in ports.items()
        }
        text = filled("haproxy.cfg", words)
        self.write(self.var / "haproxy.cfg", text + self.hasty(text))
        self.others["haproxy"] = self.run(
            "haproxy", "-db", "-f", str(self.var / "haproxy.cfg"), log="haproxy"
        )
        users = self.var / "userlist.txt"
        self.write(users, f'"redleader" "{self.password}"\n')
        self.write(
            self.var / "pgbouncer.ini",
            filled(
                "pgbouncer.ini",
                {
                    "port=5000 dbname=redleader": (
                        f"port={self.primary_port} dbname={NAME}"
                    ),
                    "port=5001 dbname=redleader": (
                        f"port={self.replica_port} dbname={NAME}"
                    ),
                    "redleader = host": f"{NAME} = host",
                    "redleader_replica = host": f"{NAME}_replica = host",
                    "listen_port = 6432": f"listen_port = {self.pool_port}",
                    "/etc/pgbouncer/userlist.txt": str(users),
                },
            ),
        )
        self.others["pgbouncer"] = self.run(
            "pgbouncer", str(self.var / "pgbouncer.ini"), log="pgbouncer"
        )
        self.start_redis()

    def hasty(self, text: str) -> str:
        """Return the same web section on another port, without a second try."""
        section = text[text.index("listen web") :]
        for line in ("retries 3", "option redispatch 1"):
            section = section.replace(line, "")
        section = section.replace(
            "retry-on conn-failure empty-response response-timeout", "retries 0"
        )
        section = section.replace("inter 1s fall 2", "inter 2s fall 3")
        return "\n" + section.replace("listen web", "listen hasty").replace(
            f":{self.front_port}", f":{self.hasty_port}"
        )

    def start_redis(self) -> None:
        self.others["redis"] = self.run(
            "redis-server",
            *("--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", ""),
            log="redis",
        )

    def start_web(self, number: int) -> None:
        port = self.web_ports[number]
        self.others[f"web{number}"] = self.run(
            *(sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}"),
            *("--threads=6", "redleader.wsgi:application"),
            log=f"web{number}",
            user=None,
        )
        wait_until(lambda: self.answers(port), f"web process {number}")

    def answers(self, port: int) -> bool:
        with contextlib.suppress(OSError):
            return Browser([port], timeout=5).get("/static/css/site.css").status == 200
        return False

    def kill(self, name: str) -> None:
        process = self.others.pop(name)
        process.kill()
        process.wait(timeout=30)

    def clear(self) -> None:
        for name in ("web0", "web1", "haproxy", "pgbouncer"):
            with contextlib.suppress(KeyError):
                self.kill(name)
        for node in self.nodes:
            with contextlib.suppress(Exception):
                node.kill()
        for name in list(self.others):
            self.kill(name)
        shutil.rmtree(self.var, ignore_errors=True)

    # --- The database

    @property
    def primary(self) -> Node:
        for node in self.nodes:
            if node.process and node.is_primary():
                return node
        raise RuntimeError("There is no primary.")

    def standby(self, state: str) -> Node:
        """Return the node that the primary calls ``sync`` or ``async``."""
        rows = self.ask("SELECT application_name, sync_state FROM pg_stat_replication")
        name = next(name for name, found in rows if found == state)
        return next(node for node in self.nodes if node.name == name)

    def ask(self, statement: str, name: str = "postgres") -> list[tuple]:
        link = psycopg2.connect(
            host="127.0.0.1",
            port=self.primary.port,
            user="postgres",
            password=self.password,
            dbname=name,
            connect_timeout=3,
        )
        link.autocommit = True
        with contextlib.closing(link), link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def make_database(self) -> None:
        """Make roles and database as the handbook does, and the tables."""
        subprocess.run(
            [self.binaries.bin_dir / "psql", "-X", "-q", "-f", "deploy/roles.sql"],
            cwd=ROOT,
            env=os.environ
            | {
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self.primary.port),
                "PGUSER": "postgres",
                "PGPASSWORD": self.password,
            },
            input=f"{self.password}\n" * 3,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        # The web processes are those of the demo: no certificate is needed.
        self.ask(f"ALTER DATABASE redleader RENAME TO {NAME}")
        owner = self.url("redleader_owner", self.primary_port, NAME)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_OWNER_URL": owner},
            check=True,
        )

    def url(self, role: str, port: int, name: str) -> str:
        return f"postgres://{role}:{quote(self.password)}@127.0.0.1:{port}/{name}"

    def change(self, **settings: object) -> None:
        """Change the cluster's own settings through Patroni."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.primary.rest}/config",
            json.dumps(settings).encode(),
            {"Content-Type": "application/json"},
            method="PATCH",
        )
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310

    def browser(self) -> Browser:
        return Browser([self.front_port], timeout=40)


@contextlib.contextmanager
def running_cluster(*, limit: int):
    """Give a cluster with empty tables; everything it started ends with it."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "MEDIA_ROOT"):
        os.environ.pop(name, None)
    cluster = Cluster()

    def break_off(number, frame):
        sys.stderr.write(f"Broken off: {signal.Signals(number).name}, {limit} s.\n")
        cluster.clear()
        os._exit(1)

    signal.signal(signal.SIGTERM, break_off)
    signal.signal(signal.SIGALRM, break_off)
    signal.alarm(limit)
    own = cluster.var / "site"
    own.mkdir()
    os.environ |= {
        "REDLEADER_VAR": str(own),
        "REDLEADER_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "redleader.settings",
        "DATABASE_URL": cluster.url("redleader", cluster.pool_port, NAME),
        "REPLICA_URL": cluster.url("redleader", cluster.pool_port, f"{NAME}_replica"),
        "DATABASE_POOLED": "1",
        "CACHE_URL": f"redis://127.0.0.1:{cluster.redis_port}/0",
        "PROXY_COUNT": "0",
    }
    # The demo's name is added to the address only where it is missing.
    try:
        cluster.start_databases()
        cluster.start_front()
        cluster.make_database()
        import django

        django.setup()
        for number in (0, 1):
            cluster.start_web(number)
        yield cluster
    except BaseException:
        for log in sorted(cluster.var.glob("*.log")):
            tail = log.read_text(errors="replace")[-1500:]
            sys.stderr.write(f"--- {log.name}\n{tail}\n")
        raise
    finally:
        signal.alarm(0)
        cluster.clear()
