import pghistory
from django.core.management.base import BaseCommand

from activities.services.public_report import load_public_report


class Command(BaseCommand):
    help = "装入公开报道中的事实（县、商会、党组织、荣誉、公布数）；可以重复执行。"

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="只统计将新增多少条，不保存"
        )

    def handle(self, *args, dry_run, **options):
        with pghistory.context(name="系统（loadreport）"):
            made = load_public_report(dry_run=dry_run)
        verb = "将新增" if dry_run else "已新增"
        if not made:
            self.stdout.write("公开报道的事实都已在库中，没有新增。")
        for noun, count in made.items():
            self.stdout.write(f"{verb}{noun} {count} 条")
