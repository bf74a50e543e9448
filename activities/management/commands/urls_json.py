import json

from django.core.management.base import BaseCommand

from activities.services.address import addresses


class Command(BaseCommand):
    help = "以 JSON 列出全部地址：名称、路径、方法，以及各给谁使用（public 为公众）。"

    def handle(self, *args, **options):
        rows = [address.as_row() for address in addresses()]
        self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
