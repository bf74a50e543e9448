"""The shipped nginx, systemd and application settings, really run on this machine.

The files of ``deploy/`` are used as they are; only ports, paths and the name of the
site are put in. Needs nginx; ``systemd-analyze`` is used if it is there. With the
folder of the npm package ``@mdn/mdn-http-observatory`` in ``OBSERVATORY`` it grades
the pages too; it wants a ``conf/hsts-preload.json`` (``{}`` will do) and knows the
ports 80 and 443 only, so run that as ``unshare -n sh -c 'ip link set lo up; …'``.
"""

import contextlib
import http.client
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import psycopg2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests import observatory
from tests.acceptance.drives.browser import read_form
from tests.acceptance.drives.site import ROOT, Report, free_port, wants_short

DEPLOY = ROOT / "deploy"
NAME = "localhost"
HOME, FOREIGN = "127.0.0.1", "127.0.0.2"
FORGED = {
    "X-Forwarded-For": HOME,
    "X-Real-IP": HOME,
    "Forwarded": f"for={HOME}",
    "X-Forwarded-Proto": "http",
}
PASSWORD = "Yun-xi-" + secrets.token_urlsafe(12)
LIMIT = 900  # seconds
OBSERVATORY = os.environ.get("OBSERVATORY", "")


class Deployment:
    """A site as ``deploy/`` makes it, under a folder of its own."""

    def __init__(self, var: Path, *, limits: bool = True):
        self.var = var
        self.limits = limits
        self.plain, self.tls, self.web = free_port(), free_port(), free_port()
        if OBSERVATORY:
            self.plain, self.tls = 80, 443
        self.address = f"https://{NAME}" + ("" if OBSERVATORY else f":{self.tls}")
        self.processes: list[subprocess.Popen] = []
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("DATABASE_")},
            "REDLEADER_DEMO": "0",
            "REDLEADER_VAR": str(var),
            "SECRET_KEY": secrets.token_urlsafe(60),
            "ALLOWED_HOSTS": NAME,
            "SITE_URL": self.address,
            "PROXY_COUNT": "1",
        }

    def placed(self, text: str) -> str:
        """Return a shipped file with the ports and paths of this place."""
        for old, new in [
            ("/etc/nginx/redleader", self.var / "nginx"),
            ("/var/cache/nginx/redleader", self.var / "cache"),
            ("/var/lib/redleader", self.var),
            ("/etc/redleader", self.var),
            ("/var/backups/redleader", self.var),
            ("/opt/redleader", ROOT),
            ("www.example.cn", NAME),
            ("127.0.0.1:8000", f"127.0.0.1:{self.web}"),
            ("--port 8000", f"--port {self.web}"),
        ]:
            text = text.replace(old, str(new))
        if not self.limits:  # All of a load comes from one address.
            text = re.sub(r"limit_req zone=[^;]*;", "", text)
        text = re.sub(r"listen (\[::\]:)[^;]*;", "", text)
        text = re.sub(r"listen 80\b", f"listen 0.0.0.0:{self.plain}", text)
        return re.sub(r"listen 443\b", f"listen 0.0.0.0:{self.tls}", text)

    def write_nginx(self) -> Path:
        folder = self.var / "nginx"
        folder.mkdir()
        for path in (DEPLOY / "nginx").glob("*.conf"):
            (folder / path.name).write_text(self.placed(path.read_text()))
        certificate(self.var / "tls")
        (self.var / "cache").mkdir()
        user = "user root;" if os.geteuid() == 0 else ""
        main = folder / "main"
        main.write_text(
            f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log;"
            "events {} http { include /etc/nginx/mime.types;"
            f" access_log off; client_body_temp_path {folder}/body;"
            f" proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;"
            f" uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;"
            f" include {folder}/redleader.conf; }}"
        )
        return main

    def run(self, command, **more) -> None:
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, **more)
        self.processes.append(process)

    def manage(self, *arguments, **variables) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment | variables,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def start_web(self) -> None:
        """Start the application with the very line of the systemd unit."""
        unit = self.placed((DEPLOY / "systemd/redleader.service").read_text())
        line = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
        self.run(shlex.split(line[1]), stderr=(self.var / "web.log").open("ab"))
        wait_for(self.web)

    def start_nginx(self) -> None:
        main = self.write_nginx()
        self.run(["nginx", "-c", main, "-e", self.var / "nginx/error.log"])
        wait_for(self.tls)

    def stop(self, number: int) -> None:
        process = self.processes[number]
        process.terminate()
        process.wait(timeout=30)

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.var / "tls/fullchain.pem")

    def send(self, path, **options):
        """Send one request from an address of this machine; wait when told to."""
        while True:
            answer = self.send_once(path, **options)
            if answer.status != 429:
                return answer
            time.sleep(1)

    def send_once(
        self, path, *, source=HOME, method="GET", headers=(), body=None, tls=True
    ):
        if tls:
            link = http.client.HTTPSConnection(
                NAME,
                self.tls,
                timeout=60,
                source_address=(source, 0),
                context=ssl.create_default_context(
                    cafile=self.var / "tls/fullchain.pem"
                ),
            )
        else:
            link = http.client.HTTPConnection(
                NAME, self.plain, timeout=60, source_address=(source, 0)
            )
        with contextlib.closing(link):
            link.request(method, path, body, dict(headers))
            answer = link.getresponse()
            answer.text = answer.read().decode(errors="replace")
        return answer


def wait_for(port: int) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        with contextlib.suppress(OSError), socket.create_connection((HOME, port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"Nobody listens on {port}.")


def certificate(folder: Path) -> None:
    """Write a certificate for this machine, signed by itself."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "privkey.pem").write_bytes(pem)


@contextlib.contextmanager
def running(*, limits: bool = True):
    """Give a deployment; everything it started ends with it.

    Without ``limits`` its nginx does not slow down who asks much.
    """
    var = Path(tempfile.mkdtemp(prefix="rl-deploy-"))
    var.chmod(0o755)
    site = Deployment(var, limits=limits)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "MEDIA_ROOT"):
        os.environ.pop(name, None)
    os.environ |= site.environment | {"DJANGO_SETTINGS_MODULE": "redleader.settings"}
    from redleader import database

    cluster = database.ensure_running(os.environ, ROOT, demo=False)
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"Broken off: {LIMIT} s."))
    signal.alarm(LIMIT)
    try:
        site.manage("migrate", "--verbosity=0")
        site.manage("collectstatic", "--noinput")
        site.manage("loadreport")
        site.manage("loadrules")
        (var / "media").mkdir(mode=0o750)
        site.manage(
            "createsuperuser",
            "--noinput",
            "--username=guanli",
            "--name=管理员",
            DJANGO_SUPERUSER_PASSWORD=PASSWORD,
        )
        site.start_web()
        site.start_nginx()
        import django

        django.setup()
        yield site, cluster
    finally:
        signal.alarm(0)
        for process in reversed(site.processes):
            process.terminate()
        for process in site.processes:
            process.wait(timeout=30)
        cluster.start()
        cluster.started = True
        cluster.stop()
        shutil.rmtree(cluster.socket_dir, ignore_errors=True)
        shutil.rmtree(var, ignore_errors=True)


def faults_of(answer) -> list[str]:
    """Return what a strict reader misses in the headers of an answer."""

    def get(name):
        return answer.headers.get(name, "")

    policy, cookies = (
        get("Content-Security-Policy"),
        answer.headers.get_all("Set-Cookie"),
    )
    age = re.search(r"max-age=(\d+)", get("Strict-Transport-Security"))
    tests = {
        "CSP": "default-src 'none'" in policy and "unsafe" not in policy,
        "CSP frames": "frame-ancestors 'none'" in policy,
        "CSP base": "base-uri 'none'" in policy and "form-action" in policy,
        "HSTS": age and int(age[1]) >= 31536000 and "preload" in age.string,
        "nosniff": get("X-Content-Type-Options") == "nosniff",
        "frames": get("X-Frame-Options") == "DENY",
        "referrer": get("Referrer-Policy") == "same-origin",
        "resource policy": get("Cross-Origin-Resource-Policy") == "same-origin",
        "server": re.fullmatch("nginx", get("Server")),
        "cookies": all(
            re.match(r"__(Host|Secure)-", cookie)
            and "Secure" in cookie
            and "HttpOnly" in cookie
            and re.search("SameSite=(Lax|Strict)", cookie)
            for cookie in cookies or []
        ),
    }
    return [name for name, passed in tests.items() if not passed]


def back_office() -> list[str]:
    """Return an address for every pattern of the back office and the workbench."""
    from django.urls import get_resolver

    samples = {"uuid": "00000000-0000-4000-8000-000000000000"}

    def walk(patterns, prefix):
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                yield from walk(entry.url_patterns, route)
            else:
                yield route

    found = set()
    for route in walk(get_resolver().url_patterns, "/"):
        if route.startswith(("/admin/", "/workbench/")):
            plain = re.sub(r"<(?:(\w+):)?\w+>", lambda m: samples.get(m[1], "1"), route)
            found.add(re.sub(r"\(\?P<\w+>[^)]*\)|\^|\$|\\Z", "1", plain))
    return sorted(found)


def check_headers(site, report):
    static = re.search(r"/static/[^\"]+\.css", site.send("/").text)[0]
    kinds = {
        "home": "/",
        "honours": "/honours/",
        "login": "/accounts/login/",
        "staff list": "/admin/chambers/chamber/",
        "404": "/nowhere/",
        "static": static,
    }
    answers = {kind: site.send(path) for kind, path in kinds.items()}
    answers["nginx 403"] = site.send("/admin/", source=FOREIGN)
    for kind, answer in answers.items():
        faults = faults_of(answer)
        figure = ", ".join(faults) or f"{answer.status}, 10 of 10"
        report.promise(f"headers: {kind}", figure, kept=not faults)
    packed = site.send(static, headers={"Accept-Encoding": "gzip"})
    kept = (
        packed.headers["Content-Encoding"] == "gzip"
        and "immutable" in packed.headers["Cache-Control"]
    )
    report.promise("static: packed, kept for good", packed.status, kept=kept)
    page = site.send("/", headers={"Accept-Encoding": "gzip"})
    report.promise(
        "pages: packed",
        page.headers["Content-Encoding"],
        kept=page.headers["Content-Encoding"] == "gzip",
    )
    bare = http.client.HTTPConnection(HOME, site.web, timeout=30)
    bare.request("GET", "/static/nothing", headers={"Host": NAME})
    direct = bare.getresponse()
    bare.close()
    report.control(
        "control, without nginx and TLS", direct.status, found=direct.status == 301
    )


def signed_in(site) -> dict[str, str]:
    """Return the headers of the administrator, both factors given."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.conf import settings
    from django.test import Client

    from chambers.models import User

    user = User.objects.get(username="guanli")
    TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.force_login(user, backend="chambers.access.RoleBackend")
    name = settings.SESSION_COOKIE_NAME
    return {"Cookie": f"{name}={client.cookies[name].value}"}


def forget_factor() -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.all().delete()


def scored(site, path, **options) -> tuple[int, tuple[str, int, int]]:
    answer = site.send(path, **options)
    plain = site.send(path, tls=False)
    seen = observatory.Answer(
        answer.getheaders(), answer.text, NAME, plain.headers["Location"] or ""
    )
    return answer.status, observatory.score(seen)


def stock_score(site) -> tuple[str, int, int]:
    """Score the sign-in page of a project as Django makes it, without our settings."""
    folder, port = site.var / "stock", free_port()
    folder.mkdir()
    command = [sys.executable, "-m", "django", "startproject", "stock", str(folder)]
    subprocess.run(command, check=True, env={"PATH": os.environ["PATH"]})
    serve = ["-m", "waitress", f"--listen={HOME}:{port}", "stock.wsgi:application"]
    server = subprocess.Popen([sys.executable, *serve], cwd=folder, env={})
    try:
        wait_for(port)
        link = http.client.HTTPConnection(HOME, port, timeout=30)
        with contextlib.closing(link):
            link.request("GET", "/admin/login/", headers={"Host": NAME})
            answer = link.getresponse()
            text = answer.read().decode()
        return observatory.score(observatory.Answer(answer.getheaders(), text, NAME))
    finally:
        server.terminate()
        server.wait(timeout=30)


def check_scores(site, cluster, report):
    """Score every kind of page by the published rules of Mozilla's Observatory."""
    from tests.factories.activities import accepted

    staff = signed_in(site)
    lecture = accepted(photos=1)
    photo = f"/photos/{lecture.photos.get().pk}/full/"
    kinds = {
        "home": ("/", {}, 200),
        "honour roll": ("/honours/", {}, 200),
        "sign-in": ("/accounts/login/", {}, 200),
        "staff list": ("/admin/chambers/chamber/", staff, 200),
        "admin form": ("/admin/chambers/chamber/add/", staff, 200),
        "404": ("/nowhere/", {}, 404),
        "media file": (photo, {}, 200),
        "500": ("/courses/", {}, 500),
    }
    for kind, (path, headers, wanted) in kinds.items():
        if kind == "500":
            administer(cluster, "ALTER TABLE activities_course RENAME TO gone")
        status, (grade, points, passed) = scored(site, path, headers=headers)
        if kind == "500":
            administer(cluster, "ALTER TABLE gone RENAME TO activities_course")
        report.promise(
            f"score: {kind}",
            f"{status}, {grade} {points}, {passed} of {len(observatory.TESTS)}",
            kept=status == wanted
            and points >= 125
            and passed == len(observatory.TESTS),
        )
    forget_factor()
    grade, points, passed = stock_score(site)
    report.control(
        "score: control, stock settings",
        f"{grade} {points}, {passed} of {len(observatory.TESTS)}",
        found=points < 50,
    )


def administer(cluster, statement):
    from django.conf import settings

    link = psycopg2.connect(
        host=str(cluster.socket_dir),
        user="postgres",
        dbname=settings.DATABASES["default"]["NAME"],
    )
    with contextlib.closing(link), link, link.cursor() as cursor:
        cursor.execute(statement)


def check_grades(site, report):
    """Let Mozilla's Observatory grade some pages; it refuses 404 and 500."""
    node = shutil.which("node")
    if not (OBSERVATORY and node):
        report.note("Observatory", "not asked for")
        return
    static = re.search(r"/static/[^\"]+\.css", site.send("/").text)[0]
    trusted = {"NODE_EXTRA_CA_CERTS": str(site.var / "tls/fullchain.pem")}
    for path in ["/", "/honours/", "/figures/", "/accounts/login/", "/admin/", static]:
        done = subprocess.run(
            [node, f"{OBSERVATORY}/src/scan.js", NAME + path],
            env=os.environ | trusted,
            capture_output=True,
            text=True,
            check=False,
        )
        found = json.loads(done.stdout or "{}").get("scan", {})
        grade, score = found.get("grade"), found.get("score") or 0
        passed = f"{found.get('testsPassed')} of {found.get('testsQuantity')}"
        report.promise(
            f"Observatory: {path.partition('.')[0]}",
            f"{grade} {score}, {passed}" if found else done.stdout.strip()[:60],
            kept=grade == "A+" and score >= 125,
        )


def check_tls(site, report):
    answer = site.send("/honours/?q=1", tls=False)
    report.promise(
        "http leads to https",
        answer.status,
        kept=answer.status == 301
        and answer.headers["Location"] == f"https://{NAME}/honours/?q=1",
    )
    for what, version, name in [
        ("TLS 1.1", ssl.TLSVersion.TLSv1_1, NAME),
        ("another name", None, "other.example"),
    ]:
        context = site.trust()
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.check_hostname = False
        if version:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = version
        refused = False
        try:
            with (
                socket.create_connection((HOME, site.tls)) as plain,
                context.wrap_socket(plain, server_hostname=name),
            ):
                pass
        except (ssl.SSLError, OSError):
            refused = True
        report.promise(f"{what}: refused", refused, kept=refused)


def check_networks(site, report):
    addresses = back_office()
    foreign = closed = opened = 0
    for number, path in enumerate(addresses):
        for headers in ({}, FORGED):
            answer = site.send(path, source=FOREIGN, headers=headers)
            foreign += answer.status == 403 and "您所在的网络" in answer.text
        if number % 10 == 0:
            opened += site.send(path).status not in (403, 429, 503)
            closed += 1
    report.promise(
        "back office from a foreign address: 403",
        f"{foreign} of {2 * len(addresses)}",
        kept=foreign == 2 * len(addresses) > 0,
    )
    report.control(
        "control, from an allowed address: not 403",
        f"{opened} of {closed}",
        found=opened == closed,
    )
    odd = ["//admin/", "/%61dmin/", "/x/../admin/", "/static/../workbench/", "/admin"]
    through = [
        path for path in odd if site.send(path, source=FOREIGN).status not in (403, 404)
    ]
    report.promise("written in another way: 403", through or len(odd), kept=not through)
    status = site.send("/honours/", source=FOREIGN).status
    report.promise("public pages from there", status, kept=status == 200)
    status = site.send("/healthz", source=FOREIGN).status
    report.promise("/healthz from there", status, kept=status == 403)


def check_sign_in(site, report):
    from axes.models import AccessAttempt
    from django.conf import settings

    def attempt(password, source, headers):
        page = site.send("/accounts/login/", source=source)
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        form = read_form(page.text) | {"login": "guanli", "password": password}
        return site.send(
            "/accounts/login/",
            source=source,
            method="POST",
            body=urlencode(form),
            headers=headers
            | {
                "Cookie": cookie,
                "Referer": f"{site.address}/accounts/login/",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )

    attempt("wrong", FOREIGN, {"X-Forwarded-For": "203.0.113.9"})
    seen = list(AccessAttempt.objects.values_list("ip_address", flat=True))
    report.promise("forged address not believed", seen, kept=seen == [FOREIGN])
    answer = attempt(PASSWORD, HOME, {})
    faults = faults_of(answer)
    report.promise(
        "sign-in over TLS, strict cookies",
        answer.status,
        kept=answer.status == 302 and not faults,
    )
    cookies = "; ".join(
        c.partition(";")[0] for c in answer.headers.get_all("Set-Cookie") or []
    )
    page = site.send("/admin/", headers={"Cookie": cookies})
    report.promise(
        "staff without a second factor: only its set-up",
        page.headers.get("Location", page.status),
        kept=page.headers.get("Location") == "/accounts/2fa/totp/on/",
    )
    name = settings.SESSION_COOKIE_NAME
    report.promise("name of the session", name, kept=name == "__Host-session")


def check_limits(site, report):
    big = b"x" * (3 * 1024 * 1024)
    answer = site.send("/publicity/", method="POST", body=big)
    kept = answer.status == 413 and "太大" in answer.text
    report.promise("3 MB to a public page", answer.status, kept=kept)
    answer = site.send("/workbench/", method="POST", body=big)
    report.promise("3 MB to the workbench", answer.status, kept=answer.status != 413)
    statuses = [
        site.send_once("/accounts/login/", source="127.0.0.3", method="POST").status
        for _ in range(25)
    ]
    slowed = statuses.count(429)
    report.promise("25 sign-ins at once, slowed down", slowed, kept=slowed >= 10)
    other = site.send("/accounts/login/", source="127.0.0.4").status
    report.promise("another address meanwhile", other, kept=other == 200)


def check_health(site, cluster, report):
    report.promise("/healthz", site.send("/healthz").text, kept=True)
    for what, down, up in [
        ("stopped", lambda: stop(cluster), cluster.start),
        ("hanging", lambda: pause(cluster, signal.SIGSTOP), lambda: pause(cluster)),
    ]:
        down()
        began = time.monotonic()
        red = site.send("/healthz").status
        seconds = time.monotonic() - began
        report.promise(
            f"database {what}: red",
            f"{red} in {seconds:.1f} s",
            kept=red == 503 and seconds < 10,
        )
        page = site.send("/honours/?q=x")
        kept = page.status == 503
        report.promise(f"database {what}: a page", page.status, kept=kept)
        up()
        began = time.monotonic()
        while site.send("/healthz").status != 200 and time.monotonic() - began < 30:
            time.sleep(0.2)
        seconds = time.monotonic() - began
        report.promise(
            f"database {what} and back: green", f"{seconds:.1f} s", kept=seconds < 10
        )


def stop(cluster):
    cluster.started = True
    cluster.stop()


def pause(cluster, number=signal.SIGCONT):
    os.kill(int((cluster.data_dir / "postmaster.pid").read_text().split()[0]), number)


def check_cache(site, report):
    """A public page is kept, is new soon after a change, and nobody's own is there."""
    from chambers.models import Chamber

    def status_of(path, **options):
        answer = site.send(path, **options)
        return answer, answer.headers["X-Cache-Status"]

    time.sleep(2.1)
    seen = [status_of("/chambers/")[1] for _ in range(3)]
    kept = seen[0] in ("MISS", "EXPIRED", "REVALIDATED") and seen[1:] == ["HIT"] * 2
    report.promise("a public page: kept", ", ".join(seen), kept=kept)
    for coding in ("br", "gzip"):
        answer, _ = status_of("/chambers/", headers={"Accept-Encoding": coding})
        told = answer.headers["Content-Encoding"]
        report.promise(f"kept as {coding}", told, kept=told == coding)
    tag = site.send("/chambers/").headers["ETag"]
    again = site.send("/chambers/", headers={"If-None-Match": tag})
    report.promise("who has it already", again.status, kept=again.status == 304)

    chamber, waits = Chamber.objects.first(), []
    for turn in range(5):
        name = f"核对商会{turn}"
        Chamber.objects.filter(pk=chamber.pk).update(name=name)
        began = time.monotonic()
        while name not in site.send("/chambers/").text:
            if time.monotonic() - began > 10:
                break
            time.sleep(0.02)
        waits.append(time.monotonic() - began)
        time.sleep(0.37)
    Chamber.objects.filter(pk=chamber.pk).update(name=chamber.name)
    report.promise(
        "a change: public behind nginx, the longest of 5",
        f"{max(waits):.2f} s",
        kept=max(waits) <= 2.2,
    )
    bare = []
    for turn in range(5):
        name = f"核对商会{turn}"
        Chamber.objects.filter(pk=chamber.pk).update(name=name)
        began = time.monotonic()
        while name not in ask_application(site, "/chambers/"):
            if time.monotonic() - began > 10:
                break
        bare.append(time.monotonic() - began)
    Chamber.objects.filter(pk=chamber.pk).update(name=chamber.name)
    report.promise(
        "the same without nginx",
        f"{max(bare):.2f} s",
        kept=max(bare) <= 1,
    )

    staff = signed_in(site)
    private = ["/chambers/", "/workbench/", "/admin/", "/honours/"]
    own = [site.send(path, headers=staff) for path in private]
    said = {answer.headers["Cache-Control"] for answer in own}
    stored = {answer.headers["X-Cache-Status"] for answer in own} - {None, "BYPASS"}
    report.promise(
        "pages of who is signed in",
        ", ".join(sorted(said)),
        kept=not stored and all("no-store" in text for text in said),
    )
    site.send("/mediation/apply/")
    site.send("/accounts/login/")
    files = [
        path.read_bytes() for path in (site.var / "cache").rglob("*") if path.is_file()
    ]
    marks = ["工作台</a>", "csrfmiddlewaretoken", "Set-Cookie", "no-store"]
    found = [word for word in marks if any(word.encode() in text for text in files)]
    report.promise(
        "nothing private in the cache",
        found or f"{len(files)} files",
        kept=not found and bool(files),
    )
    public = sum("登录</a>".encode() in text for text in files)
    report.control("control, public pages there", public, found=public > 0)
    shown = site.send("/chambers/")
    kept = "登录</a>" in shown.text and "工作台</a>" not in shown.text
    report.promise("a visitor afterwards", shown.status, kept=kept)
    forget_factor()


def ask_application(site, path) -> str:
    """Ask the application itself, past nginx, as nginx would."""
    bare = http.client.HTTPConnection(HOME, site.web, timeout=30)
    with contextlib.closing(bare):
        headers = {"Host": NAME, "X-Forwarded-Proto": "https"}
        bare.request("GET", path, headers=headers)
        return bare.getresponse().read().decode()


def check_down(site, report):
    site.send("/honours/")
    site.stop(0)
    time.sleep(3)
    answer = site.send("/honours/")
    report.promise(
        "application stopped: a kept page",
        f"{answer.status}, {answer.headers['X-Cache-Status']}",
        kept=answer.status == 200 and "荣誉" in answer.text,
    )
    answer = site.send("/honours/?q=x")
    report.promise(
        "application stopped: another",
        f"{answer.status}, Retry-After {answer.headers['Retry-After']}",
        kept=answer.status == 503 and "系统正在恢复" in answer.text,
    )


def check_units(site, report):
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        report.note("systemd units", "no systemd-analyze here")
        return
    folder = site.var / "units"
    folder.mkdir()
    for path in (DEPLOY / "systemd").iterdir():
        (folder / path.name).write_text(site.placed(path.read_text()))
    for name in ("redleader.env", "reader.env"):
        (site.var / name).touch()
    for path in sorted(folder.iterdir()):
        done = subprocess.run(
            [analyze, "verify", "--man=no", path],
            capture_output=True,
            text=True,
            check=False,
        )
        said = [line for line in done.stderr.splitlines() if path.name in line]
        report.promise(f"unit {path.name}", said or "sound", kept=not said)
        if path.suffix == ".service":
            done = subprocess.run(
                [analyze, "security", "--offline=true", "--no-pager", path],
                capture_output=True,
                text=True,
                check=False,
            )
            level = re.search(r"exposure level.*?: ([\d.]+)", done.stdout)
            figure = level[1] if level else done.stderr.strip()[-60:]
            report.promise(
                f"unit {path.name}: exposure (0 to 10)",
                figure,
                kept=bool(level) and float(level[1]) <= 2.5,
            )


def main() -> int:
    short = wants_short(__doc__)
    report = Report("Deployment: deploy/ on this machine, TLS on loopback")
    if not shutil.which("nginx"):
        sys.stderr.write("Needs nginx: apt-get install nginx\n")
        return 1
    with running() as (site, cluster):
        check_tls(site, report)
        check_headers(site, report)
        check_scores(site, cluster, report)
        check_grades(site, report)
        check_networks(site, report)
        check_sign_in(site, report)
        if short:
            return report.finish()
        check_cache(site, report)
        check_limits(site, report)
        check_health(site, cluster, report)
        check_units(site, report)
        check_down(site, report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
