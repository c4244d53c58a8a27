-- Who may do what: row-level security everywhere, least grants, nothing open to everyone.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();

CREATE FUNCTION pg_temp.run_as(role text, statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SET LOCAL ROLE %I', role);
  EXECUTE statement;
  RESET ROLE;
END $$;
CREATE TEMP TABLE tables AS
  SELECT c.oid, relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text AS owner
  FROM pg_class c WHERE relnamespace = 'scip'::regnamespace AND relkind IN ('r', 'p');

SELECT ok(count(*) >= 24, 'the tables are there') FROM tables;
SELECT is_empty($$SELECT relname FROM tables WHERE NOT (relrowsecurity AND relforcerowsecurity)$$,
  'row-level security is on and forced on every table');
SELECT is_empty($$SELECT relname FROM tables WHERE owner <> 'scip_migrator'$$, 'the migrator owns every table');
SELECT is_empty($$SELECT relname FROM tables t WHERE NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid
    AND p.polcmd = 'r' AND p.polroles @> ARRAY['scip_anonymous'::regrole::oid])$$,
  'every table has a policy for readers');
SELECT is_empty($$SELECT relname, polname FROM tables t JOIN pg_policy p ON p.polrelid = t.oid
    WHERE p.polroles @> ARRAY[0::oid]$$, 'no policy is for everyone');
SELECT is_empty($$SELECT relname FROM pg_class WHERE relnamespace = 'scip'::regnamespace AND relkind = 'v'
    AND NOT coalesce(reloptions @> '{security_invoker=true}' OR reloptions @> '{security_invoker=on}', false)$$,
  'views read with the rights of who asks');

SELECT is_empty($$SELECT relname FROM tables t WHERE relname <> 'change'
    AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND g.tgname = 'note_change' AND g.tgenabled = 'O')$$,
  'every table notes its changes');

-- Roles.
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolname LIKE 'scip\_%'
    AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)$$, 'no role has special powers');
SELECT set_has($$SELECT rolname FROM pg_roles WHERE rolcanlogin$$,
  $$VALUES ('scip_migrator'::name), ('scip_anonymous'), ('scip_writer')$$, 'the three roles log in');
SELECT is_empty($$SELECT 1 FROM pg_auth_members m WHERE m.member::regrole::text IN ('scip_anonymous', 'scip_writer')$$,
  'readers and writer inherit from nobody');

-- Grants: readers and, so far, the writer read tables and views and change nothing.
SELECT is_empty($$SELECT r, relname, privilege
    FROM pg_class c, unnest(ARRAY['scip_anonymous', 'scip_writer']) r,
         unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
    WHERE relnamespace = 'scip'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
      AND has_table_privilege(r, c.oid, privilege)$$, 'no table can be changed by readers or writer');
SELECT is_empty($$SELECT r, relname FROM tables, unnest(ARRAY['scip_anonymous', 'scip_writer']) r
    WHERE NOT has_table_privilege(r, oid, 'SELECT')$$, 'what is public can be read');
SELECT is_empty($$SELECT r, s, privilege FROM unnest(ARRAY['scip_anonymous', 'scip_writer']) r,
      unnest(ARRAY['scip', 'public']) s, unnest(ARRAY['CREATE']) privilege WHERE has_schema_privilege(r, s, privilege)$$,
  'readers and writer create nothing');
SELECT is_empty($$SELECT r FROM unnest(ARRAY['scip_anonymous', 'scip_writer']) r
    WHERE has_database_privilege(r, current_database(), 'CREATE') OR has_database_privilege(r, current_database(), 'TEMPORARY')$$,
  'neither schemas nor temporary tables');
SELECT is_empty($$SELECT relname FROM pg_class c, aclexplode(relacl) a
    WHERE relnamespace = 'scip'::regnamespace AND a.grantee = 0$$, 'nothing is granted to everyone');
SELECT is_empty($$SELECT proname FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
    WHERE pronamespace = 'scip'::regnamespace AND a.grantee = 0$$, 'no function is everyone''s');
SELECT is_empty($$SELECT proname FROM pg_proc WHERE pronamespace = 'scip'::regnamespace AND prosecdef
    AND NOT coalesce(array_to_string(proconfig, ',') LIKE '%search_path=%', false)$$,
  'functions with their owner''s rights fix the search path');

-- And in practice.
SELECT lives_ok($$SELECT pg_temp.run_as('scip_anonymous', 'SELECT count(*), max(scip.fold(name)) FROM scip.hub')$$, 'anonymous reads');
SELECT throws_ok(format($$SELECT pg_temp.run_as(%L, %L)$$, r, s), '42501', NULL, r || ': ' || s)
FROM unnest(ARRAY['scip_anonymous', 'scip_writer']) r, unnest(ARRAY[
  'INSERT INTO scip.hub_name (hub_id, kind, name) VALUES (1, ''other'', ''x'')',
  'UPDATE scip.hub SET name = ''x''',
  'DELETE FROM scip.hub_lead',
  'TRUNCATE scip.news',
  'CREATE TABLE scip.x ()',
  'CREATE TABLE public.x ()',
  'ALTER TABLE scip.hub DISABLE ROW LEVEL SECURITY',
  'CALL scip.publish(''hub'')',
  'SELECT * FROM sqitch.changes']) s;

-- Row-level security binds the owner too: without its policy even the migrator sees nothing.
DROP POLICY own ON scip.region;
INSERT INTO scip.region (slug, gss_code, name, kind, nation, longitude, latitude, sources, confidence)
  VALUES ('test-region', 'E99999999', 'Test', 'region', 'GB-ENG', 0, 52, '{test}', 'low');
SELECT lives_ok($$SELECT pg_temp.run_as('scip_migrator', 'DO $x$ BEGIN ASSERT NOT EXISTS (SELECT FROM scip.region); END $x$')$$,
  'the owner is bound');

SELECT * FROM finish();
ROLLBACK;
