import sys
import time

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from activities.demo.simulate import CHAMBERS, Size, simulate
from chambers.models import Chamber


class Command(BaseCommand):
    help = (
        "把演示库扩大到一个省、一个国家的规模，用来量快慢；只在演示库中进行。"
        "批量写入时停用触发器，因此这些行没有变更历史；外键和约束写完后逐行核对。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--chambers", type=int, default=CHAMBERS, help="商会数")
        parser.add_argument("--members", type=int, help="会员数，默认每个商会 91")
        parser.add_argument("--lectures", type=int, help="讲课数，默认每个商会 36")
        parser.add_argument("--dry-run", action="store_true", help="只说要写多少")

    def handle(self, *args, chambers, members, lectures, dry_run, **options):
        if not settings.DEMO:
            raise CommandError("这不是演示环境（REDLEADER_DEMO=0），没有做任何改动。")
        present = Chamber.objects.count()
        if present != CHAMBERS:
            raise CommandError(
                f"库中有 {present} 个商会，应是刚建立的演示库（{CHAMBERS} 个），"
                "没有做任何改动。"
            )
        size = Size(chambers, members or chambers * 91, lectures or chambers * 36)
        if min(size.chambers, size.members, size.lectures) < CHAMBERS:
            raise CommandError(f"数量至少为 {CHAMBERS}。")
        self.stdout.write(
            f"商会 {size.counties * CHAMBERS:,}（{size.counties:,} 个县），"
            f"会员 {size.members:,}，讲课 {size.lectures:,}"
        )
        if dry_run:
            return
        began = time.monotonic()

        def say(text: str) -> None:
            self.stdout.write(f"{time.monotonic() - began:7.1f} 秒  {text}")
            self.stdout.flush()

        try:
            simulate(size, say)
        except DatabaseError as error:
            self.stderr.write(f"没有写成，库中一切如前：{error}")
            sys.exit(1)
        say("完成。")
