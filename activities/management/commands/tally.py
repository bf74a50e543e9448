import sys

from django.core.management.base import BaseCommand

from activities.services import project
from activities.sums import tally

SHOWN = 50


class Command(BaseCommand):
    help = (
        "核对逐日合计：触发器随每次改动记下的合计，与由记录重新计数的结果逐日相比；"
        "项目到位资金、就业的合计也一并核对。有一处不符时以退出码 1 结束。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--rebuild", action="store_true", help="先由记录重新计数")
        parser.add_argument(
            "--fold", action="store_true", help="先把同一天的多行合并成一行"
        )

    def handle(self, *args, rebuild, fold, **options):
        if rebuild:
            tally.rebuild(say=self.stdout.write)
            project.rebuild_sums()
        if fold:
            tally.fold()
        faults = tally.faults()
        for row in faults[:SHOWN]:
            part = f" {row.facet}={row.value}" if row.facet else ""
            self.stdout.write(
                f"{row.rule}{part} {row.day}：合计 {row.kept}，记录 {row.counted}"
            )
        wrong = list(project.wrong_sums())
        for row in wrong[:SHOWN]:
            self.stdout.write(
                f"项目 {row.pk}：合计 {row.paid_in} 元、{row.jobs} 个，"
                f"记录 {row.entry_paid_in} 元、{row.entry_jobs} 个"
            )
        series, found = len(tally.all_series()), len(faults) + len(wrong)
        self.stdout.write(
            f"共核对 {series} 组逐日合计和各项目的合计，不符 {found} 处。"
        )
        if found:
            sys.exit(1)
