"""The publication version: what every change that can reach a public page advances.

A page that was made under a version is right as long as the version is the same. The
version is the stamps of all slots together. A trigger on each table gives one slot a
new stamp, once in a transaction, so the version changes when that transaction commits
and not before. A writer takes any slot that no other is using and adds one when there
is none: writers never wait for each other.
"""

import threading
import time
from datetime import date

from django.apps import apps
from django.conf import settings
from django.db import Error, close_old_connections, connections, models
from django.utils import timezone

from redleader.cluster import replica

EVERY = 0.1  # seconds between two looks at the version, in each process
LATEST = 0.5  # seconds; what is older is not used while somebody else looks
PATIENCE = 5  # seconds to wait for who looks

# The stamps, the day that pages name, and the server that was asked.
Version = tuple[str, date, str]

TABLE = "redleader_publication"
TRIGGER = "publication_advance"
INSTALL = f"""
CREATE OR REPLACE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    mine text := pg_current_xact_id()::text;
    free bigint;
BEGIN
    IF current_setting('redleader.advanced_in', true) = mine THEN
        RETURN NULL;
    END IF;
    SELECT slot INTO free FROM public.{TABLE}
        ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
        UPDATE public.{TABLE} SET stamp = gen_random_uuid() WHERE slot = free;
    ELSE
        INSERT INTO public.{TABLE} (stamp) VALUES (gen_random_uuid());
    END IF;
    PERFORM set_config('redleader.advanced_in', mine, true);
    RETURN NULL;
END
$body$;

DO $body$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT c.oid::regclass AS name, c.relname = ANY ({{tables}}) AS wanted,
            EXISTS (
                SELECT 1 FROM pg_trigger t
                WHERE t.tgrelid = c.oid AND t.tgname = '{TRIGGER}'
            ) AS present
        FROM pg_class c
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    LOOP
        IF item.wanted AND NOT item.present THEN
            EXECUTE format(
                'CREATE TRIGGER {TRIGGER}'
                ' AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s'
                ' FOR EACH STATEMENT EXECUTE FUNCTION {TRIGGER}()', item.name
            );
        ELSIF item.present AND NOT item.wanted THEN
            EXECUTE format('DROP TRIGGER {TRIGGER} ON %s', item.name);
        END IF;
    END LOOP;
END
$body$;
"""
READ = f"SELECT string_agg(stamp::text, ',' ORDER BY slot) FROM public.{TABLE}"


def watched() -> list[type[models.Model]]:
    """Return the models whose rows may reach a public page.

    That is every model of the apps that pages are made of, but those of
    ``UNPUBLISHED_MODELS`` and the history: a new one is watched without a word.
    """
    return [
        model
        for label in settings.PUBLISHED_APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.label not in settings.UNPUBLISHED_MODELS
        and not hasattr(model, "pgh_tracked_model")
    ]


def install(*, using: str) -> None:
    """Let the owner put the trigger on each watched table, and on no other."""
    names = ", ".join(f"'{model._meta.db_table}'" for model in watched())
    with connections[using].cursor() as cursor:
        cursor.execute(INSTALL.replace("{tables}", f"ARRAY[{names}]"))


def read_version() -> Version:
    """Ask the server that pages are read from: what is committed there, and the day."""
    alias = replica.primary_choice()
    with connections[alias].cursor() as cursor:
        cursor.execute(READ)
        [(stamps,)] = cursor.fetchall()
    return stamps or "", timezone.localdate(), alias


class VersionWatch:
    """What one process knows of the version; never older than ``LATEST``."""

    def __init__(self) -> None:
        self.version: Version | None = None
        self.read_at = self.due_at = 0.0  # when it was asked last, and is to be again
        self.lock = threading.Lock()

    def now(self) -> Version | None:
        """Return the version, or nothing when the database does not answer."""
        arrived = time.monotonic()
        if arrived < self.due_at:
            return self.version
        if self.lock.acquire(blocking=False):
            return self.look(arrived)
        if arrived < self.read_at + LATEST:
            return self.version
        if not self.lock.acquire(timeout=PATIENCE):
            return None
        return self.look(arrived)

    def look(self, arrived: float) -> Version | None:
        """Read the version, unless somebody just did, and give the lock back."""
        try:
            if arrived >= self.due_at:
                began = self.read_at = time.monotonic()
                try:
                    close_old_connections()
                    self.version = read_version()
                except Error:
                    self.version = None
                self.due_at = began + EVERY
            return self.version
        finally:
            self.lock.release()
