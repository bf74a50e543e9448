"""Work on one uploaded file; the site starts this for large files."""

from django.core.management.base import BaseCommand, CommandError

from redleader.models import ImportJob
from redleader.sheets.jobs import WORKING, run


class Command(BaseCommand):
    help = "Check or write one uploaded file. Does nothing when that is done."

    def add_arguments(self, parser):
        parser.add_argument("key")

    def handle(self, *, key, **options):
        job = ImportJob.objects.filter(pk=key, state__in=WORKING).first()
        if job is None:
            raise CommandError("没有等待处理的导入。")
        run(job)
        self.stdout.write(job.result or job.get_state_display())
