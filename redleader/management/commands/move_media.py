from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.core.management import CommandError
from django.core.management.base import BaseCommand

from redleader.uploads.storage import RemoteStorage


class Command(BaseCommand):
    help = "把本机目录中的上传文件放入对象存储（S3_BUCKET）；已有的跳过，可以重复运行。"

    def add_arguments(self, parser):
        parser.add_argument(
            "--from",
            dest="source",
            type=Path,
            default=Path(settings.MEDIA_ROOT),
            help="哪个目录，默认 MEDIA_ROOT",
        )

    def handle(self, *args, source, **options):
        store = storages["default"]
        if not isinstance(store, RemoteStorage):
            raise CommandError("没有设置 S3_BUCKET，文件已在本机目录中。")
        if not source.is_dir():
            raise CommandError(f"目录 {source} 不存在。")
        try:
            count = store.take_in(source)
        except OSError as error:
            raise CommandError(f"没有全部放入：{error}") from None
        self.stdout.write(f"已放入 {count} 个文件；{source} 中的仍在。")
