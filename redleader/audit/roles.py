"""What the application's own database role may do.

The owner's role creates the tables and owns the history. The application reads and
writes rows but may only read the history: the triggers write that with the owner's
rights, and no session setting can turn them off.
"""

from django.db import connections

from redleader.audit import chain
from redleader.serving import publication

APP_ROLE = "redleader"

GRANTS = """
DO $$
DECLARE
    item record;
BEGIN
    -- pgtrigger lets a session ignore triggers; ours may not be ignored.
    CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME)
        RETURNS BOOLEAN AS 'SELECT FALSE' LANGUAGE sql IMMUTABLE;
    FOR item IN
        SELECT p.oid::regprocedure AS signature FROM pg_proc p
        WHERE p.proname LIKE 'pgtrigger\\_%' AND p.pronamespace = 'public'::regnamespace
    LOOP
        -- pg_temp last, or a temporary table of the same name would come first.
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER'
                       ' SET search_path = public, pg_temp', item.signature);
    END LOOP;
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'redleader') THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA public TO redleader;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO redleader;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO redleader;
    FOR item IN
        SELECT c.oid::regclass AS name FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'pgh_label'
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
        UNION SELECT 'django_migrations'::regclass
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM redleader', item.name);
        EXECUTE format('GRANT SELECT ON %s TO redleader', item.name);
    END LOOP;
END
$$
"""

# A list joins up to twelve tables. With the default limit of eight, the planner joins
# the tables in the order written before it applies the user's scope, and so reads every
# row of the country. JIT compilation takes 50 ms; our queries are short, however large
# the tables.
PLANNER = """
DO $$
DECLARE
    what text;
    value text;
BEGIN
    FOR what, value IN VALUES
        ('join_collapse_limit', '12'), ('from_collapse_limit', '12'), ('jit', 'off')
    LOOP
        EXECUTE format('ALTER DATABASE %I SET %I = %L',
            current_database(), what, value);
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'the planner keeps its settings';
END $$
"""


def grant(*, using: str, plan=(), **kwargs) -> None:
    """Give the application's role its rights; runs after every migrate and restore."""
    with connections[using].cursor() as cursor:
        cursor.execute(GRANTS)
        cursor.execute(PLANNER)
    chain.install(using=using)
    publication.install(using=using)
