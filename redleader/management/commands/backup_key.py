import sys
from getpass import getpass
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from redleader.backup.encryption import VaultError, new_key, read_identities


class Command(BaseCommand):
    help = "生成备份用的一对密钥：私钥写入文件，公钥打印在屏幕上。"
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--to", type=Path, help="新的私钥文件")
        where.add_argument(
            "--public", type=Path, metavar="私钥文件", help="只打印已有私钥的公钥"
        )
        parser.add_argument(
            "--passphrase", action="store_true", help="再用口令保护私钥文件"
        )

    def handle(self, *args, to, public, passphrase, **options):
        if public:
            return self.show(public)
        word = ""
        if passphrase:
            word = getpass("口令：")
            if len(word) < 12 or word != getpass("再输入一次："):
                raise CommandError("口令少于 12 位，或两次不同；没有生成密钥。")
        try:
            self.stdout.write(new_key(to, word))
        except VaultError as error:
            raise CommandError(str(error)) from None
        sys.stderr.write(
            f"私钥在 {to}。请抄到两处离线的地方保存，然后从服务器上删除；"
            "丢了它，任何人都打不开备份。\n"
        )
        return None

    def show(self, path: Path) -> None:
        try:
            for identity in read_identities(path):
                self.stdout.write(str(identity.to_public()))
        except VaultError as error:
            raise CommandError(str(error)) from None
