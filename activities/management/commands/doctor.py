import json
from collections import Counter
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from activities.services.installation import CHECKS
from redleader.backup.doctor import examine
from redleader.backup.findings import BAD, LABELS, WARNING


class Command(BaseCommand):
    help = "检查这套安装有没有问题，逐项说明怎么办；有问题时以退出码 1 结束。"
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="供程序读取")

    def handle(self, *args, json: bool, **options):
        findings = examine(also=CHECKS)
        if json:
            self.stdout.write(as_json(findings))
        else:
            for finding in findings:
                self.stdout.write(
                    f"[{LABELS[finding.state]}] {finding.what}：{finding.text}"
                )
                if finding.advice:
                    self.stdout.write(f"        怎么办：{finding.advice}")
        count = Counter(finding.state for finding in findings)
        if count[BAD]:
            raise CommandError(f"有问题 {count[BAD]} 项，须注意 {count[WARNING]} 项。")
        if not json:
            self.stdout.write(f"没有问题，须注意 {count[WARNING]} 项。")


def as_json(findings) -> str:
    return json.dumps([asdict(f) for f in findings], ensure_ascii=False, indent=1)
