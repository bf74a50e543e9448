import json
from dataclasses import asdict

import pghistory
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from activities.demo.review import seed_review
from chambers.models import Chamber


class Command(BaseCommand):
    help = (
        "仅用于演示库：为每个商会的每种角色建立验收账号（含第二因素），并为每个商会"
        "建立各类带“金丝雀-商会编号-种类”字样的记录，列出账号和地址。"
        "可重复运行：记录不会重复，密码和第二因素每次更换。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args, **options):
        demo = Chamber.objects.filter(is_demo=True)
        if not settings.DEMO or not demo.exists():
            raise CommandError(
                "这不是演示库，没有做任何改动。请先运行 manage.py demo --no-server。"
            )
        with pghistory.context(name="系统（seed_review）"):
            review = asdict(seed_review())
        if options["json"]:
            self.stdout.write(json.dumps(review, ensure_ascii=False, indent=2))
            return
        for row in (*review["accounts"], *review["objects"]):
            self.stdout.write("\t".join(str(cell or "—") for cell in row.values()))
