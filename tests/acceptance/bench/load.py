"""What the benchmarks of pages stand on: a load generator, and servers to compare."""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.acceptance.drives.deployment import DEPLOY, HOME, NAME, wait_for
from tests.acceptance.drives.site import ROOT, free_port

NEEDED = {"wrk": "wrk", "nginx": "nginx"}
CONNECTIONS = 16
BARE = "tests.acceptance.bench.bare:application"
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


def require_tools() -> None:
    absent = [package for name, package in NEEDED.items() if not shutil.which(name)]
    if absent:
        sys.exit(f"Needs {', '.join(absent)}: apt-get install {' '.join(absent)}")


@dataclass(frozen=True)
class Load:
    """What one run of the load generator saw."""

    rate: float  # answers in a second
    p50: float  # milliseconds
    p99: float
    errors: int


def fire(
    address: str, *headers: str, seconds: int, connections: int = CONNECTIONS, script=""
) -> Load:
    """Ask for an address again and again over kept connections."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    if script:
        command += ["-s", script]
    done = subprocess.run(
        [*command, address], capture_output=True, text=True, check=True
    )
    told = done.stdout
    errors = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", told)))
    for line in re.findall(r"Socket errors: (.*)", told):
        errors += sum(map(int, re.findall(r"\d+", line)))
    return Load(
        float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1]),
        milliseconds(told, 50),
        milliseconds(told, 99),
        errors,
    )


def milliseconds(told: str, percent: int) -> float:
    number, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s|m)", told).groups()
    return float(number) * UNITS[unit]


def rounds(runs: dict[str, Callable[[], Load]], *, short: bool) -> dict[str, Load]:
    """Run each in turn, several times over; return the median of each by its rate."""
    seen: dict[str, list[Load]] = {name: [] for name in runs}
    for _ in range(1 if short else 5):
        for name, run in runs.items():
            seen[name].append(run())
    for name, loads in seen.items():
        if errors := sum(load.errors for load in loads):
            raise RuntimeError(f"{name}: {errors} answers were errors.")
    return {name: middle(loads) for name, loads in seen.items()}


def middle(loads: list[Load]) -> Load:
    wanted = median([load.rate for load in loads])
    return min(loads, key=lambda load: abs(load.rate - wanted))


@contextlib.contextmanager
def static_nginx(body: bytes) -> Iterator[str]:
    """Give the address of a file with these bytes, served by nginx alone."""
    folder = Path(tempfile.mkdtemp(prefix="rl-bench-"))
    folder.chmod(0o755)
    (folder / "page.html").write_bytes(body)
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "conf").write_text(
        f"{user} worker_processes {os.cpu_count()}; daemon off; pid {folder}/pid;"
        f"error_log {folder}/errors; events {{}} http {{ access_log off; sendfile on;"
        f" keepalive_requests 100000000; server {{ listen {HOME}:{port};"
        f" root {folder}; }} }}"
    )
    command = ["nginx", "-c", folder / "conf", "-e", folder / "errors"]
    with running(command, port):
        yield f"http://{HOME}:{port}/page.html"
    shutil.rmtree(folder)


@contextlib.contextmanager
def bare_callable(body: bytes, content_type: str) -> Iterator[str]:
    """Give the address of a WSGI function that returns these bytes, under the server
    and with the options of the systemd unit."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        more = {"BENCH_BODY": file.name, "BENCH_TYPE": content_type}
        with served(BARE, **more) as port:
            yield f"http://{HOME}:{port}/"


@contextlib.contextmanager
def served(application: str, **variables: str) -> Iterator[int]:
    """Serve a WSGI application as the systemd unit serves ours; give its port."""
    port = free_port()
    unit = (DEPLOY / "systemd/redleader.service").read_text()
    line = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1]
    line = line.replace("/opt/redleader", str(ROOT))
    line = line.replace("--port 8000", f"--port {port}")
    command = shlex.split(line.replace("redleader.wsgi:application", application))
    with running(command, port, env=os.environ | variables):
        yield port


@contextlib.contextmanager
def running(command, port: int, **more) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=ROOT, **more)
    try:
        wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


# As our nginx tells the application.
BEHIND = (f"Host: {NAME}", "X-Forwarded-Proto: https", f"X-Forwarded-For: {HOME}")
