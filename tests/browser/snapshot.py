"""All rows and files of a moment, put back in a second instead of made anew."""

import shutil
from pathlib import Path

from django.db import connection, transaction

from redleader import database
from tests.conftest import become


class Snapshot:
    def __init__(self, folder: Path):
        self.folder = folder

    def is_taken(self) -> bool:
        return (self.folder / "media").exists()

    def take(self, media: Path) -> None:
        """Keep every row and file; sequences only ever go on."""
        with connection.cursor() as cursor:
            for table in tables(cursor):
                with (self.folder / table).open("wb") as file:
                    cursor.copy_expert(
                        f'COPY "{table}" TO STDOUT (FORMAT binary)', file
                    )
        media.mkdir(exist_ok=True)
        shutil.copytree(media, self.folder / "media")

    def restore(self, media: Path) -> None:
        """Put them back, without triggers: what these made is among the rows."""
        become(database.OWNER)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                names = tables(cursor)
                cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
                for table in names:
                    cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
                    with (self.folder / table).open("rb") as file:
                        cursor.copy_expert(
                            f'COPY "{table}" FROM STDIN (FORMAT binary)', file
                        )
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                for table in names:
                    cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
                cursor.execute(
                    "UPDATE redleader_publication SET stamp = gen_random_uuid()"
                )
        finally:
            become(database.APP)
        shutil.copytree(self.folder / "media", media, dirs_exist_ok=True)


def tables(cursor) -> list[str]:
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename <> 'django_migrations' ORDER BY 1"
    )
    return [name for (name,) in cursor.fetchall()]
