import sys
import unicodedata

from django.core.management.base import BaseCommand

from activities.services.figure import compare

HEADINGS = ("编号", "名称", "计数", "公布数", "结论")
WIDTHS = (6, 44, 12, 20, 12)


class Command(BaseCommand):
    help = "列出公布的各项数字，与库中记录的计数逐项对照。"

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="有一项不符时以退出码 1 结束"
        )

    def handle(self, *args, check, **options):
        comparisons = compare()
        self.stdout.write(line(HEADINGS))
        for row in comparisons:
            official = row.official
            self.stdout.write(
                line(
                    (
                        official.number,
                        official.label,
                        row.counted_text,
                        official.text,
                        row.verdict,
                    )
                )
            )
        for row in comparisons:
            if row.official.uncounted:
                self.stdout.write(f"{row.official.number} {row.official.uncounted}")
        contradictions = [row for row in comparisons if row.agrees is False]
        counted = sum(row.counted is not None for row in comparisons)
        self.stdout.write(
            f"共 {len(comparisons)} 项，已计数 {counted} 项，"
            f"不符 {len(contradictions)} 项。"
        )
        if check and (contradictions or not counted):
            sys.exit(1)


def line(cells) -> str:
    """Return cells padded to columns; a Chinese character takes two places."""
    return "".join(
        cell + " " * max(1, width - columns(cell))
        for cell, width in zip(cells, WIDTHS, strict=True)
    ).rstrip()


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
