"""Several machines on this one: the programs of ``deploy/cluster/``, really run.

The files are used as they are; only ports, paths, passwords and the amount of memory
are put in. Needs the Debian packages patroni, etcd-server, pgbouncer, haproxy and
redis-server. Everything listens on loopback and ends with the one who started it.
"""

import base64
import contextlib
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg2

from redleader import database
from tests.acceptance.drives.site import ROOT, children, free_port, wait_until_gone

DEPLOY = ROOT / "deploy/cluster"
LOOPBACK = "127.0.0.1"
NODES = ("db1", "db2", "db3")
NAME = "redleader_demo"
PROGRAMS = ("patroni", "etcd", "pgbouncer", "haproxy", "redis-server")
PATIENCE = 90  # seconds
UNGUARDED = ("retries", "option redispatch", "retry-on")  # lines of the web's backend


def missing_programs() -> list[str]:
    """Return what has to be installed first."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    return [name for name in PROGRAMS if not shutil.which(name, path=path)]


def wait_until(happens, what: str, patience: float = PATIENCE) -> None:
    limit = time.monotonic() + patience
    while not happens():
        if time.monotonic() > limit:
            raise TimeoutError(what)
        time.sleep(0.1)


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), 1):
        return True
    return False


class Machines:
    """Three databases, what stands in front of them, and two web processes."""

    def __init__(self, var: Path):
        self.var = var
        self.user = database.server_user()
        self.bin_dir = database.find_binaries().bin_dir
        names = ["etcd", "peer", "primary", "replicas", "pooler", "redis", "site"]
        names += [f"{node}{kind}" for node in NODES for kind in ("", "-rest")]
        names += ["web1", "web2", "bare"]
        self.ports = {name: free_port() for name in names}
        kinds = ("superuser", "replicator", "rewinder", "patroni", "redis")
        self.passwords = {
            kind: secrets.token_hex(12) for kind in (*kinds, "owner", "app", "reader")
        }
        self.processes: dict[str, subprocess.Popen] = {}

    # --- The shipped files

    def placed(self, text: str) -> str:
        """Return a shipped file with the ports, names and passwords of this place."""
        for number, node in enumerate(NODES, 11):
            address = f"10.0.0.{number}"
            port, rest = self.ports[node], self.ports[f"{node}-rest"]
            text = re.sub(
                rf"server {node} {address}:5432",
                f"server {node} {LOOPBACK}:{port} port {rest}",
                text,
            )
        for number, web in enumerate(("web1", "web2"), 21):
            text = text.replace(
                f"{web} 10.0.0.{number}:8000", f"{web} {LOOPBACK}:{self.ports[web]}"
            )
        text = text.replace(" check port 8008", " check")
        for old, new in {
            "127.0.0.1:5000": f"{LOOPBACK}:{self.ports['primary']}",
            "127.0.0.1:5001": f"{LOOPBACK}:{self.ports['replicas']}",
            "127.0.0.1:8000": f"{LOOPBACK}:{self.ports['site']}",
            "port=5000": f"port={self.ports['primary']}",
            "port=5001": f"port={self.ports['replicas']}",
            "listen_port = 6432": f"listen_port = {self.ports['pooler']}",
            "/etc/pgbouncer": str(self.var),
            "dbname=redleader": f"dbname={NAME}",
            "redleader = host": f"{NAME} = host",
            "bind 10.0.0.21": f"bind {LOOPBACK}",
            "port 6379": f"port {self.ports['redis']}",
        }.items():
            text = text.replace(old, new)
        return self.with_passwords(text)

    def with_passwords(self, text: str) -> str:
        for kind, password in self.passwords.items():
            text = text.replace(f"CHANGE-ME-{kind}", password)
        return text

    def placed_patroni(self, node: str) -> str:
        text = self.with_passwords((DEPLOY / "patroni.yml").read_text())
        for old, new in {
            "10.0.0.11:2379,10.0.0.12:2379,10.0.0.13:2379": (
                f"{LOOPBACK}:{self.ports['etcd']}"
            ),
            "10.0.0.11:8008": f"{LOOPBACK}:{self.ports[f'{node}-rest']}",
            "10.0.0.11:5432": f"{LOOPBACK}:{self.ports[node]}",
            "10.0.0.0/24": f"{LOOPBACK}/32",
            "name: db1": f"name: {node}",
            "/var/lib/postgresql/15/redleader": str(self.data_dir(node)),
            "/usr/lib/postgresql/15/bin": str(self.bin_dir),
            "/var/run/postgresql": str(self.var / node),
            "/var/lib/postgresql/redleader.pgpass": str(self.var / node / "pgpass"),
            "shared_buffers: 4GB": "shared_buffers: 32MB",
            "wal_keep_size: 512MB": "wal_keep_size: 128MB",
        }.items():
            if old not in text:
                raise RuntimeError(f"deploy/cluster/patroni.yml has no {old}.")
            text = text.replace(old, new)
        return text

    def placed_etcd(self) -> str:
        text = (DEPLOY / "etcd.yml").read_text()
        text = re.sub(r"^initial-cluster: .*,", "initial-cluster: ", text, flags=re.M)
        text = re.sub(r"etcd3=http://10.0.0.13", "etcd1=http://10.0.0.11", text)
        text = text.replace("10.0.0.11:2379", f"{LOOPBACK}:{self.ports['etcd']}")
        text = text.replace("10.0.0.11:2380", f"{LOOPBACK}:{self.ports['peer']}")
        return text.replace("/var/lib/etcd", str(self.var / "etcd"))

    def write(self, name: str, text: str) -> Path:
        path = self.var / name
        path.write_text(text)
        path.chmod(0o600)
        if self.user:
            shutil.chown(path, self.user)
        return path

    def write_shipped(self, name: str) -> Path:
        text = (DEPLOY / name).read_text()
        return self.write(name.removesuffix(".example"), self.placed(text))

    def folder(self, name: str) -> Path:
        path = self.var / name
        path.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            shutil.chown(path, self.user)
        return path

    # --- Processes

    def run(self, name: str, command, **more) -> None:
        with open(self.var / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                [str(part) for part in command], stdout=log, stderr=log, **more
            )

    def run_service(self, name: str, *command) -> None:
        """Start a program under the account of the database servers."""
        path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
        environment = {"PATH": path, "LC_ALL": "C.UTF-8", "HOME": str(self.var)}
        more = {"user": self.user, "extra_groups": []} if self.user else {}
        self.run(name, command, cwd="/", env=environment, **more)

    def require_alive(self) -> None:
        """Raise when a program has ended by itself, with its last words."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                log = (self.var / f"{name}.log").read_text(errors="replace")
                raise RuntimeError(f"{name} has ended:\n{log[-2000:]}")

    def data_dir(self, node: str) -> Path:
        return self.var / node / "data"

    def start_node(self, node: str) -> None:
        self.folder(node)
        config = self.write(f"{node}.yml", self.placed_patroni(node))
        self.run_service(node, "patroni", config)

    def start_databases(self) -> None:
        self.folder("etcd")
        config = self.write("etcd.yml", self.placed_etcd())
        self.run_service("etcd", "etcd", "--config-file", config)
        wait_until(lambda: listens(self.ports["etcd"]), "etcd")
        for node in NODES:
            self.start_node(node)
        wait_until(self.is_whole, "three databases")

    def start_proxies(self) -> None:
        haproxy = self.write_shipped("haproxy.cfg")
        self.run_service("haproxy", "haproxy", "-db", "-f", haproxy)
        self.write_shipped("userlist.txt.example")
        pooler = self.write_shipped("pgbouncer.ini")
        self.run_service("pgbouncer", "pgbouncer", pooler)
        self.start_redis()
        for name in ("pooler", "site", "primary"):
            wait_until(lambda name=name: listens(self.ports[name]), name)
        # HAProxy takes a server for good until it has asked about it twice.
        wait_until(lambda: self.leads_to_primary(10), "the way to the primary")

    def start_redis(self) -> None:
        config = self.write_shipped("redis.conf")
        self.run_service("redis", "redis-server", config)
        wait_until(lambda: listens(self.ports["redis"]), "redis")

    def start_bare(self) -> None:
        """Start a proxy without a second try: the control."""
        text = self.placed((DEPLOY / "haproxy.cfg").read_text())
        head, _, web = text.partition("frontend site")
        defaults = head.partition("# --- Databases")[0]
        kept = [
            line for line in web.splitlines() if not line.strip().startswith(UNGUARDED)
        ]
        text = defaults + "frontend site" + "\n".join(kept) + "\n"
        # Without the line that names none, HAProxy tries three times.
        text = text.replace("balance leastconn", "balance leastconn\n    retries 0")
        text = text.replace(f":{self.ports['site']}", f":{self.ports['bare']}")
        config = self.write("bare.cfg", text)
        self.run_service("bare", "haproxy", "-db", "-f", config)
        wait_until(lambda: listens(self.ports["bare"]), "the proxy of the control")

    def start_web(self, name: str, *, without: str = "") -> None:
        """Start one web process; it ends with this one. A variable may be left out."""
        command = [sys.executable, "-m", "tests.acceptance.drives.server"]
        command += [str(self.ports[name]), str(self.var)]
        environment = {key: v for key, v in os.environ.items() if key != without}
        self.run(name, command, cwd=ROOT, env=environment, stdin=subprocess.PIPE)
        wait_until(lambda: self.web_answers(name), name)

    def web_answers(self, name: str) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            link = http.client.HTTPConnection(LOOPBACK, self.ports[name], timeout=5)
            with contextlib.closing(link):
                link.request("GET", "/healthz")
                return link.getresponse().status == 200
        return False

    def environment(self) -> dict[str, str]:
        """Return the variables of the handbook, as each web machine would have them."""
        app, reader = self.passwords["app"], self.passwords["reader"]
        pooler, owner = self.ports["pooler"], self.passwords["owner"]
        redis = f"redis://:{self.passwords['redis']}@{LOOPBACK}:{self.ports['redis']}/0"
        return {
            "REDLEADER_DEMO": "1",
            "REDLEADER_VAR": str(self.var / "web"),
            "DATABASE_URL": f"postgres://redleader:{app}@{LOOPBACK}:{pooler}/{NAME}",
            "DATABASE_OWNER_URL": (
                f"postgres://redleader_owner:{owner}"
                f"@{LOOPBACK}:{self.ports['primary']}/{NAME}"
            ),
            "DATABASE_POOLED": "1",
            "REPLICA_URL": (
                f"postgres://redleader_reader:{reader}"
                f"@{LOOPBACK}:{pooler}/redleader_replica"
            ),
            "CACHE_URL": redis,
        }

    # --- The databases

    def rest(self, node: str, method="GET", path="/", body=None) -> tuple[int, dict]:
        """Ask Patroni of a node; (0, {}) when it does not answer."""
        link = http.client.HTTPConnection(
            LOOPBACK, self.ports[f"{node}-rest"], timeout=5
        )
        token = base64.b64encode(f"patroni:{self.passwords['patroni']}".encode())
        headers = {"Authorization": f"Basic {token.decode()}"}
        with contextlib.closing(link):
            try:
                link.request(method, path, body and json.dumps(body), headers)
                answer = link.getresponse()
                text = answer.read() or b"{}"
            except (OSError, http.client.HTTPException):
                return 0, {}
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, {}

    def primary(self) -> str:
        """Return the node that is the primary now, or nothing."""
        for node in NODES:
            if self.rest(node, path="/primary")[0] == 200:
                return node
        return ""

    def synchronous(self) -> str:
        """Return the replica without which no commit is acknowledged, or nothing."""
        for node in NODES:
            if self.rest(node, path="/synchronous")[0] == 200:
                return node
        return ""

    def is_whole(self) -> bool:
        """Tell whether one leads, one is its synchronous replica, one more streams."""
        self.require_alive()
        states = [self.rest(node)[1].get("state") for node in NODES]
        primary = self.primary()
        return (
            states == ["running"] * 3
            and bool(primary and self.synchronous())
            and len(self.rest(primary)[1].get("replication", [])) == 2
        )

    def wait_until_whole(self) -> None:
        wait_until(self.is_whole, "a whole cluster", 120)

    def configure(self, **settings) -> None:
        """Change what all nodes go by."""
        status, _ = self.rest(self.primary(), "PATCH", "/config", settings)
        if status != 200:
            raise RuntimeError(f"Patroni answered {status}.")

    def connect(self, node: str, name: str = "postgres"):
        """Connect to one server as its superuser."""
        return psycopg2.connect(
            host=LOOPBACK,
            port=self.ports[node],
            user="postgres",
            password=self.passwords["superuser"],
            dbname=name,
            connect_timeout=5,
        )

    def leads_to_primary(self, times: int) -> bool:
        """Tell whether that many connections through HAProxy all find the primary."""
        for _ in range(times):
            try:
                link = psycopg2.connect(
                    host=LOOPBACK,
                    port=self.ports["primary"],
                    user="postgres",
                    password=self.passwords["superuser"],
                    dbname="postgres",
                    connect_timeout=5,
                )
            except psycopg2.OperationalError:
                return False
            with contextlib.closing(link), link.cursor() as cursor:
                cursor.execute("SELECT pg_is_in_recovery()")
                if cursor.fetchone()[0]:
                    return False
            time.sleep(0.1)
        return True

    def ask(self, node: str, statement: str, name: str = "postgres"):
        link = self.connect(node, name)
        link.autocommit = True
        with contextlib.closing(link), link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def make_database(self) -> None:
        """Make roles and database by ``deploy/roles.sql``, and the tables."""
        text = (ROOT / "deploy/roles.sql").read_text()
        text = re.sub(r"DATABASE redleader\b", f"DATABASE {NAME}", text)
        text = text.replace("datname = 'redleader'", f"datname = '{NAME}'")
        answers = [self.passwords[kind] for kind in ("owner", "app", "reader")]
        script = self.var / "roles.sql"
        script.write_text(text)
        place = ("-h", LOOPBACK, "-p", str(self.ports["primary"]), "-U", "postgres")
        subprocess.run(
            [self.bin_dir / "psql", "-X", "-q", *place, "-f", script],
            input="".join(f"{answer}\n" for answer in answers),
            env={"PGPASSWORD": self.passwords["superuser"], "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL,
            text=True,
            check=True,
        )
        command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(command, cwd=ROOT, check=True)

    # --- Losing things

    def kill(self, name: str) -> None:
        """End one process as a crash would."""
        process = self.processes.pop(name)
        process.kill()
        process.wait(timeout=30)
        if process.stdin:
            process.stdin.close()

    def kill_node(self, node: str) -> None:
        """Lose a whole database machine: Patroni and every process of its server."""
        family = [self.processes[node].pid, *self.server_of(node)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.processes.pop(node).wait(timeout=30)
        wait_until_gone(family)

    def server_of(self, node: str) -> list[int]:
        """Return the processes of a node's database server."""
        try:
            first = (self.data_dir(node) / "postmaster.pid").read_text().split()[0]
        except (OSError, IndexError):
            return []
        if not Path(f"/proc/{first}").exists():
            return []
        return [int(first), *children(int(first))]

    def senders(self, node: str) -> list[int]:
        """Return the processes that send a primary's changes to its replicas."""
        return [pid for (pid,) in self.ask(node, "SELECT pid FROM pg_stat_replication")]

    def stop_all(self) -> None:
        servers = {node: self.server_of(node) for node in NODES}
        order = sorted(self.processes, key=lambda name: name in (*NODES, "etcd"))
        for name in order:
            self.processes[name].kill()
        for node, pids in servers.items():
            for pid in pids or self.server_of(node):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        for process in self.processes.values():
            process.wait(timeout=30)
            if process.stdin:
                process.stdin.close()
        self.processes.clear()
