import pghistory
from django.core.management.base import BaseCommand

from activities.services.seed import load_seed


class Command(BaseCommand):
    help = "装入会议要求、四好标准草稿、节假日和证书模板；可以重复执行，不改动已有的。"

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="只统计将新增多少条，不保存"
        )

    def handle(self, *args, dry_run, **options):
        with pghistory.context(name="系统（loadrules）"):
            made = load_seed(dry_run=dry_run)
        verb = "将新增" if dry_run else "已新增"
        if not made:
            self.stdout.write("都已有，没有新增。")
        for noun, count in made.items():
            self.stdout.write(f"{verb}{noun} {count} 条")
