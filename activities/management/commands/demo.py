import json
import os
import secrets
import signal
import socket
import sys

import pghistory
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection

from activities.demo import load_demo
from activities.services.public_report import load_public_report
from activities.services.seed import load_seed
from chambers.models import Chamber, Role, User
from redleader import database

HOST = "127.0.0.1"
ACCOUNTS = {
    "guanli": Role.ADMINISTRATOR,
    "zuzhibu": Role.ORGANISATION,
    "gongshanglian": Role.FEDERATION,
    "mishu01": Role.SECRETARY,
    "shuji01": Role.BRANCH_SECRETARY,
    "xiangzhen": Role.TOWNSHIP,
    "tiaojie": Role.MEDIATOR,
    "shenji": Role.AUDITOR,
}


class Command(BaseCommand):
    help = "建立演示库（含虚构数据）并在本机启动网站；Ctrl-C 结束。再次启动保留数据。"
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
        parser.add_argument(
            "--no-server", action="store_true", help="只准备数据，不启动网站"
        )

    def handle(self, *args, port, no_server, **options):
        if not settings.DEMO:
            raise CommandError("这不是演示环境（REDLEADER_DEMO=0），没有做任何改动。")
        if not no_server:
            require_free(port)
        self.stdout.write("正在准备数据库 …")
        call_command("migrate", verbosity=0)
        become_application()
        if not Chamber.objects.filter(is_demo=True).exists():
            self.stdout.write("正在写入公开报道的事实和演示数据 …")
            with pghistory.context(name="系统（demo）"):
                load_public_report()
                load_seed()
                load_demo()
        passwords = set_passwords()
        self.stdout.write("")
        for username, role in ACCOUNTS.items():
            self.stdout.write(
                f"  {role.label}\t用户名 {username}\t密码 {passwords[username]}"
            )
        if not no_server:
            self.serve(port)

    def serve(self, port: int) -> None:
        from waitress import serve

        from redleader.wsgi import application

        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        self.stdout.write(f"\n  打开 http://{HOST}:{port}/ （Ctrl-C 结束）\n")
        self.stdout.flush()
        serve(application, host=HOST, port=port, threads=8, _quiet=True)
        self.stdout.write("\n已停止，数据保留在本机。")


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"端口 {port} 已被占用，请关闭占用它的程序，或用 --port 换一个端口。"
            ) from error


def become_application() -> None:
    """Go on with the application's own role, which cannot alter the schema."""
    connection.close()
    connection.settings_dict |= database.configure(
        os.environ, settings.BASE_DIR, role="app", demo=True
    )


def set_passwords() -> dict[str, str]:
    """Return the password of each account; they stay the same on this machine."""
    path = settings.VAR_DIR / "demo_accounts.json"
    passwords = json.loads(path.read_text()) if path.exists() else {}
    new = [username for username in ACCOUNTS if username not in passwords]
    if new:
        passwords |= {username: secrets.token_urlsafe(9) for username in new}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(passwords))
    for user in User.objects.filter(username__in=ACCOUNTS):
        if not user.check_password(passwords[user.username]):
            user.set_password(passwords[user.username])
            user.save()
    return passwords
