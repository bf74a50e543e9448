import json
from pathlib import Path

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from redleader.audit.chain import head


class Command(BaseCommand):
    help = "把审计链最后一条的编号、校验值和时间追加到文件，每天抄到别的机器上保存。"

    def add_arguments(self, parser):
        parser.add_argument("--to", required=True, help="文件，每次追加一行")

    def handle(self, *args, to, **options):
        anchor = head()
        if anchor is None:
            raise CommandError("审计表是空的。")
        try:
            with Path(to).open("a") as file:
                file.write(json.dumps(anchor) + "\n")
        except OSError as error:
            raise CommandError(f"写不了 {to}：{error}") from error
        self.stdout.write(f"已写入第 {anchor['id']} 条，{anchor['at']}。")
