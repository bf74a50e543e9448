import sys
from getpass import getpass
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from redleader.vault import VaultError, new_key


class Command(BaseCommand):
    help = "生成备份用的一对密钥：私钥写入文件，公钥打印在屏幕上。"
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, required=True, help="私钥文件")
        parser.add_argument(
            "--passphrase", action="store_true", help="再用口令保护私钥文件"
        )

    def handle(self, *args, to, passphrase, **options):
        word = ""
        if passphrase:
            word = getpass("口令：")
            if len(word) < 12 or word != getpass("再输入一次："):
                raise CommandError("口令少于 12 位，或两次不同；没有生成密钥。")
        try:
            public = new_key(to, word)
        except VaultError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(public)
        sys.stderr.write(
            f"私钥在 {to}。请抄到两处离线的地方保存，然后从服务器上删除；"
            "丢了它，任何人都打不开备份。\n"
        )
