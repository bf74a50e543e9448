"""The publication version: advanced by every change that can reach a public page.

A page made under a version is valid as long as the version is the same. The version
consists of the stamps of all slots. A trigger on each table gives one slot a new stamp,
once per transaction, so the version changes when that transaction commits and not
before. A writer takes any slot that no other is using, and adds one if there is none,
so writers never wait for each other.
"""

import threading
import time
from datetime import date

from django.apps import apps
from django.conf import settings
from django.db import Error, close_old_connections, connections, models
from django.utils import timezone

from redleader.cluster import replica

EVERY = 0.1  # seconds between two reads of the version, in each process
LATEST = 0.5  # seconds; an older one is not used while another thread reads anew
PATIENCE = 5  # seconds to wait for the thread that reads

# The stamps, the day shown on pages, and the server that was asked.
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

    That is every model of the apps that make up pages, except ``UNPUBLISHED_MODELS``
    and the history; a new model is watched automatically.
    """
    return [
        model
        for label in settings.PUBLISHED_APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.label not in settings.UNPUBLISHED_MODELS
        and not hasattr(model, "pgh_tracked_model")
    ]


def install(*, using: str) -> None:
    """Let the owner put the trigger on exactly the watched tables."""
    names = ", ".join(f"'{model._meta.db_table}'" for model in watched())
    with connections[using].cursor() as cursor:
        cursor.execute(INSTALL.replace("{tables}", f"ARRAY[{names}]"))


def read_version() -> Version:
    """Read the committed version and the day from the server of the pages."""
    alias = replica.primary_choice()
    with connections[alias].cursor() as cursor:
        cursor.execute(READ)
        [(stamps,)] = cursor.fetchall()
    return stamps or "", timezone.localdate(), alias


class VersionWatch:
    """What one process knows of the version; never older than ``LATEST``."""

    def __init__(self) -> None:
        self.version: Version | None = None
        self.read_at = self.due_at = 0.0  # when it was read last, and is due again
        self.lock = threading.Lock()

    def now(self) -> Version | None:
        """Return the version, or None if the database does not answer."""
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
        """Read the version unless another thread just did; release the lock."""
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
