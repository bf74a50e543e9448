from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from redleader.audit.prune import oldest_kept, prune


class Command(BaseCommand):
    help = "删除超过保存期限的审计记录（不少于 365 天）；须以库主身份运行。"

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=settings.AUDIT_DAYS)

    def handle(self, *args, days, **options):
        if days < settings.AUDIT_DAYS:
            raise CommandError(
                f"审计记录至少保存 {settings.AUDIT_DAYS} 天，没有删除任何记录。"
            )
        try:
            count = prune(before=oldest_kept(days))
        except DatabaseError as error:
            raise CommandError(f"数据库拒绝删除：{error}".strip()) from error
        self.stdout.write(f"已删除 {count} 条。")
