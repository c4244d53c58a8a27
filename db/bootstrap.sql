-- Run once by a superuser in the new database; running it again changes nothing.
-- Roles are logins without passwords: who may connect is the cluster's pg_hba.conf.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['scip_migrator', 'scip_anonymous', 'scip_writer', 'scip_central']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
SELECT 'CREATE ROLE scip_caller NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'scip_caller')
\gexec

-- The migrator owns the schema and nothing more; row-level security binds it as well.
ALTER ROLE scip_migrator NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
ALTER ROLE scip_anonymous NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
ALTER ROLE scip_writer NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
ALTER ROLE scip_central NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;

-- Callers with a token are granted the same, and see by policies of their own: those of a role are also its members', so neither is
-- a member of the other.
GRANT scip_caller TO scip_writer, scip_central;

-- Text forms that reach clients do not depend on the cluster's configuration; no statement runs long enough to be compiled; what is
-- read lies in memory, where a page by index costs no more than the next one.
SELECT format('ALTER ROLE %I SET %s', name, setting)
FROM unnest(ARRAY['scip_migrator', 'scip_anonymous', 'scip_writer', 'scip_central']) AS name,
     unnest(ARRAY['search_path = scip, public', 'TimeZone = ''UTC''', 'DateStyle = ''ISO''', 'jit = off',
                  'random_page_cost = 1.1']) AS setting
\gexec

SELECT format('ALTER ROLE %I SET %s', name, setting)
FROM unnest(ARRAY['scip_anonymous', 'scip_writer', 'scip_central']) AS name,
     unnest(ARRAY['statement_timeout = ''5s''', 'lock_timeout = ''2s''',
                  'idle_in_transaction_session_timeout = ''10s''']) AS setting
\gexec
ALTER ROLE scip_anonymous SET default_transaction_read_only = on;

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO scip_migrator, scip_anonymous, scip_caller', current_database())
\gexec
-- sqitch keeps its registry in a schema of its own; loads use temporary tables.
SELECT format('GRANT CREATE, TEMPORARY ON DATABASE %I TO scip_migrator', current_database())
\gexec

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO scip_migrator, scip_anonymous, scip_caller;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
-- Under a row-level policy PostgreSQL asks an index only for what cannot reveal a hidden row. LIKE could not: its errors are
-- about the pattern alone.
ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF;

CREATE SCHEMA IF NOT EXISTS scip AUTHORIZATION scip_migrator;
GRANT USAGE ON SCHEMA scip TO scip_anonymous, scip_caller;
-- Functions, like tables, are granted one by one.
ALTER DEFAULT PRIVILEGES FOR ROLE scip_migrator REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
