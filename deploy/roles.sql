-- Three roles and the database. As the administrator of PostgreSQL, 14 or newer:
--   runuser -u postgres -- psql -f deploy/roles.sql
-- It asks for three passwords. Safe to run again: it sets the passwords anew.
\set ON_ERROR_STOP on
\prompt 'redleader_owner 的口令：' owner
\prompt 'redleader 的口令：' app
\prompt 'redleader_reader 的口令：' reader

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['redleader_owner', 'redleader', 'redleader_reader']) AS name
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) \gexec

-- The owner makes the tables: migrate and restore only.
ALTER ROLE redleader_owner NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner';

-- The application reads and writes rows; the tables and the history are not its own.
ALTER ROLE redleader NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app';
ALTER ROLE redleader SET pghistory.context_metadata = '{"role": "redleader"}';

-- The reader reads every table and writes none: backups and audit.
ALTER ROLE redleader_reader NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'reader';
ALTER ROLE redleader_reader SET default_transaction_read_only = on;
GRANT pg_read_all_data TO redleader_reader;

SELECT 'CREATE DATABASE redleader OWNER redleader_owner ENCODING ''UTF8'''
    ' LOCALE ''C.UTF-8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = 'redleader') \gexec

REVOKE ALL ON DATABASE redleader FROM PUBLIC;
GRANT CONNECT ON DATABASE redleader TO redleader, redleader_reader;
