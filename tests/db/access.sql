-- Who may do what: row-level security everywhere, least grants, nothing private open to who has no right to it.
-- The rules are functions that return rows of faults; mistakes planted further down show that they bite.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();

-- What anyone may read. Every other table is private.
CREATE TEMP TABLE public_tables AS SELECT unnest(ARRAY['region', 'organisation', 'organisation_name', 'organisation_sector',
  'organisation_identifier', 'organisation_partnership', 'organisation_former_slug', 'organisation_lineage', 'hub', 'hub_region', 'hub_name', 'hub_status',
  'hub_lead', 'hub_former_slug', 'event', 'document', 'news', 'policy_contribution', 'alliance_group', 'group_organisation',
  'toolkit_principle', 'toolkit_fact', 'resource', 'strategy', 'strategy_theme', 'headline_figure', 'pathway_step',
  'change_cut', 'kind_address', 'programme', 'programme_participant', 'course', 'historical_metric', 'term', 'terms_template', 'local_figure']) AS name;
-- Tables of which anonymous readers see some rows, and where columns are granted one by one no more than these.
CREATE TEMP TABLE partly_public AS SELECT unnest(ARRAY['training_session', 'historical_total', 'file', 'file_chunk', 'record_link', 'terms_of_reference', 'programme_evaluation']) AS name;
-- Functions with their owner's rights that anonymous readers may call: they give sums, and of a certificate no name.
CREATE TEMP TABLE open_definers AS SELECT unnest(ARRAY['scip.self_assessment_sums']) AS name;
-- Tables that write no record of themselves: they are records, or the engine's memory of requests.
CREATE TEMP TABLE unrecorded AS SELECT unnest(ARRAY['change', 'audit', 'history', 'idempotency', 'spent_token',
  'personal_read', 'erasure', 'change_cut', 'unknown_account', 'record_kind']) AS name;
-- Bytes on their way, and by the chunk: the file that they become is recorded.
INSERT INTO unrecorded SELECT unnest(ARRAY['upload', 'file_chunk']);
-- Functions with their owner's rights that a login role may call.
CREATE TEMP TABLE definers AS SELECT unnest(ARRAY['ctx.enter', 'ctx.claim', 'ctx.keep', 'ctx.kept', 'ctx.client_roles',
  'ctx.client_jwks', 'ctx.spend_token', 'ctx.person', 'ctx.writes_meeting', 'scip.health', 'scip.message_rates',
  'scip.meeting_head', 'scip.item_link', 'scip.meetings_of', 'scip.meeting_quorum', 'scip.attendance_summary', 'scip.read_attendance', 'scip.pathway_proof']) AS name;
INSERT INTO definers SELECT unnest(ARRAY['scip.part_name', 'ctx.placed', 'ctx.people', 'ctx.knows', 'ctx.corrects', 'scip.person_name', 'scip.person_email', 'scip.person_for',
  'scip.add_person', 'scip.quorum_of', 'scip.quorate', 'scip.import_members', 'scip.held_about', 'scip.erase_person', 'scip.people_named']);
INSERT INTO definers SELECT unnest(ARRAY['scip.set_organisation_parts', 'scip.set_group_organisations', 'scip.set_strategy_themes', 'scip.set_hub_parts']);
INSERT INTO definers SELECT unnest(ARRAY['ctx.handles_booking', 'ctx.handles_session', 'scip.lock_metrics']);
INSERT INTO definers SELECT unnest(ARRAY['scip.waiting_position', 'scip.delegate_of', 'scip.needs_of', 'scip.set_needs', 'scip.book', 'scip.cancel_booking',
  'scip.mark_attendance', 'scip.link_feedback', 'scip.give_feedback', 'scip.certify', 'scip.read_comment', 'scip.session_answers']);
INSERT INTO open_definers SELECT unnest(ARRAY['scip.places', 'scip.training_figures', 'scip.certificate']);
INSERT INTO definers SELECT unnest(ARRAY['scip.evaluation_derived', 'scip.evaluation_gaps', 'scip.change_evaluation']);
INSERT INTO open_definers VALUES ('scip.published_answers'), ('scip.note_of_total'); -- which gives the central team the note of a total
-- The network's year: which Hubs have given a return, and a page made of its release.
INSERT INTO open_definers SELECT unnest(ARRAY['scip.network_returns', 'scip.network_document']);
INSERT INTO definers VALUES ('scip.network_progress'), ('ctx.unknown_account');
INSERT INTO definers SELECT unnest(ARRAY['scip.account_word', 'scip.withdraw_consent', 'scip.objection_words']);
INSERT INTO unrecorded VALUES ('removal'), ('term'); -- terms are files, whose history is the repository's
INSERT INTO public_tables VALUES ('consent_text');
INSERT INTO definers SELECT unnest(ARRAY['scip.correct_record', 'scip.is_corrected']);
INSERT INTO definers SELECT unnest(ARRAY['scip.decide_mention', 'scip.erasure_mentions', 'scip.add_redaction']);
INSERT INTO public_tables SELECT unnest(ARRAY['evaluation_metric', 'evaluation_question']);
-- Uses: figures are public; raw rows, keys and salts are the counter's, through its functions.
INSERT INTO public_tables SELECT unnest(ARRAY['use_item', 'usage_month', 'users_month']);
INSERT INTO unrecorded SELECT unnest(ARRAY['use', 'use_item', 'use_month', 'use_session', 'use_visitor', 'usage_month', 'users_month', 'usage_salt', 'agent_list']);
INSERT INTO definers SELECT unnest(ARRAY['scip.record_uses', 'scip.usage_salts', 'scip.agent_patterns']);
-- Metrics: what is published goes through these; what is counted is nobody's. Definitions and released cells never change.
INSERT INTO public_tables SELECT unnest(ARRAY['metric', 'metric_definition', 'release', 'release_cell']);
INSERT INTO unrecorded SELECT unnest(ARRAY['metric_definition', 'release_cell', 'history_start']);
INSERT INTO open_definers SELECT unnest(ARRAY['scip.metric_answer', 'scip.metric_values', 'scip.metric_explain', 'scip.headline_comparison']);
INSERT INTO definers VALUES ('scip.make_release');
GRANT SELECT ON public_tables, partly_public, open_definers, unrecorded, definers TO PUBLIC;

CREATE FUNCTION pg_temp.run_as(role text, statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SET LOCAL ROLE %I', role);
  EXECUTE statement;
  RESET ROLE;
END $$;

-- The login roles and the one that those with a token are members of: policies for it are theirs.
CREATE FUNCTION pg_temp.roles(login text) RETURNS oid[] LANGUAGE sql AS $$
  SELECT array_agg(oid) FROM pg_roles WHERE pg_has_role(login, oid, 'USAGE')
$$;
CREATE FUNCTION pg_temp.tables(OUT id oid, OUT name text, OUT open boolean) RETURNS SETOF record LANGUAGE sql AS $$
  SELECT c.oid, relname, EXISTS (SELECT FROM public_tables p WHERE p.name = relname)
  FROM pg_class c WHERE relnamespace = 'scip'::regnamespace AND relkind IN ('r', 'p')
$$;

-- Each table: security forced, the migrator's, with policies for named roles alone.
CREATE FUNCTION pg_temp.table_faults() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT name || ': row-level security is not on and forced' FROM pg_temp.tables() JOIN pg_class ON oid = id
  WHERE NOT (relrowsecurity AND relforcerowsecurity)
  UNION ALL
  SELECT name || ': is owned by ' || relowner::regrole FROM pg_temp.tables() JOIN pg_class ON oid = id
  WHERE relowner <> 'scip_migrator'::regrole
  UNION ALL
  SELECT format('%s: policy %s is for everyone', name, polname) FROM pg_temp.tables() JOIN pg_policy ON polrelid = id
  WHERE polroles @> ARRAY[0::oid]
  UNION ALL
  SELECT format('%s: policy %s lets everyone through', name, polname) FROM pg_temp.tables() JOIN pg_policy ON polrelid = id
  WHERE polpermissive AND polroles && ARRAY['scip_anonymous', 'scip_writer', 'scip_central', 'scip_caller']::regrole[]::oid[]
    AND (pg_get_expr(polwithcheck, polrelid) = 'true' OR pg_get_expr(polqual, polrelid) = 'true' AND NOT (open AND polcmd = 'r'))
  UNION ALL
  SELECT name || ': is public and has no policy for readers' FROM pg_temp.tables()
  CROSS JOIN unnest(ARRAY['scip_anonymous', 'scip_writer', 'scip_central']) r
  WHERE open AND NOT (has_table_privilege(r, id, 'SELECT')
                      AND EXISTS (SELECT FROM pg_policy WHERE polrelid = id AND polcmd IN ('r', '*') AND polroles && pg_temp.roles(r)))
  UNION ALL
  SELECT name || ': keeps no records' FROM pg_temp.tables()
  WHERE name NOT IN (SELECT u.name FROM unrecorded u)
    AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = id AND tgname = 'track_changes' AND tgenabled = 'O' AND tgtype = 1 | 4 | 8 | 16)
$$;

-- Grants: what callers may do is what one of them has policies for, and granted to both alike; anonymous reads what is public and
-- the feed.
CREATE FUNCTION pg_temp.grant_faults() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT format('%s: a caller has %s', name, CASE WHEN granted THEN 'a grant and no policy to ' ELSE 'a policy and no grant to ' END || privilege)
  FROM pg_temp.tables(), (VALUES ('SELECT', 'r'), ('INSERT', 'a'), ('UPDATE', 'w'), ('DELETE', 'd')) p (privilege, command),
    LATERAL (SELECT CASE privilege WHEN 'DELETE' THEN has_table_privilege('scip_caller', id, privilege)
                                   ELSE has_any_column_privilege('scip_caller', id, privilege) END AS granted) g
  WHERE granted <> EXISTS (SELECT FROM pg_policy WHERE polrelid = id AND polpermissive AND polcmd IN (command::"char", '*')
                             AND polroles && (pg_temp.roles('scip_writer') || pg_temp.roles('scip_central')))
  UNION ALL
  SELECT format('%s: is granted to %s, not to scip_caller', name, grantee::regrole)
  FROM (SELECT oid::regclass::text AS name, (aclexplode(relacl)).* FROM pg_class
        UNION ALL SELECT attrelid::regclass::text, (aclexplode(attacl)).* FROM pg_attribute
        UNION ALL SELECT oid::regproc::text, (aclexplode(proacl)).* FROM pg_proc
        UNION ALL SELECT nspname, (aclexplode(nspacl)).* FROM pg_namespace) acl
  WHERE grantee::regrole::text IN ('scip_writer', 'scip_central')
  UNION ALL
  SELECT format('%s: policy %s asks more of scip_central than that it is', name, polname) FROM pg_temp.tables() JOIN pg_policy ON polrelid = id
  WHERE polroles @> ARRAY['scip_central'::regrole::oid]
    AND coalesce(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) <> '( SELECT ctx.central() AS central)'
  UNION ALL
  SELECT name || ': scip_anonymous may read it' FROM pg_temp.tables()
  WHERE NOT open AND name <> 'change' AND name NOT IN (SELECT p.name FROM partly_public p) AND (has_any_column_privilege('scip_anonymous', id, 'SELECT')
    OR EXISTS (SELECT FROM pg_policy WHERE polrelid = id AND polroles @> ARRAY['scip_anonymous'::regrole::oid]))
  UNION ALL
  SELECT format('%s: %s may %s', relname, r, privilege)
  FROM pg_class c, unnest(ARRAY['scip_anonymous', 'scip_writer']) r,
       unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege -- the same of scip_central
  WHERE relnamespace IN ('scip'::regnamespace, 'ctx'::regnamespace) AND relkind IN ('r', 'p', 'v', 'm')
    AND (r = 'scip_anonymous' OR relkind IN ('v', 'm') OR privilege IN ('TRUNCATE', 'REFERENCES', 'TRIGGER'))
    AND has_table_privilege(r, c.oid, privilege)
  UNION ALL
  SELECT relname || ': is granted to everyone' FROM pg_class c, aclexplode(relacl) a
  WHERE relnamespace IN ('scip'::regnamespace, 'ctx'::regnamespace) AND a.grantee = 0
$$;

-- Views read with the rights of who asks; functions are nobody's by default, and few have their owner's rights.
CREATE FUNCTION pg_temp.code_faults() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT relname || ': reads with its owner''s rights' FROM pg_class
  WHERE relnamespace IN ('scip'::regnamespace, 'ctx'::regnamespace)
    AND (relkind = 'm' OR relkind = 'v' AND NOT coalesce(reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false))
  UNION ALL
  SELECT f.oid::regprocedure || ': is everyone''s' FROM pg_proc f, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
  WHERE pronamespace IN ('scip'::regnamespace, 'ctx'::regnamespace) AND a.grantee = 0
  UNION ALL
  SELECT oid::regprocedure || ': has its owner''s rights and no fixed search path' FROM pg_proc
  WHERE pronamespace IN ('scip'::regnamespace, 'ctx'::regnamespace) AND prosecdef
    AND NOT coalesce(proconfig @> ARRAY['search_path=scip, pg_temp'], false)
  UNION ALL
  SELECT oid::regprocedure || ': has its owner''s rights and may be called by ' || r
  FROM pg_proc, unnest(ARRAY['scip_anonymous', 'scip_writer']) r
  WHERE pronamespace IN ('scip'::regnamespace, 'ctx'::regnamespace) AND prosecdef AND has_function_privilege(r, oid, 'EXECUTE')
    AND pronamespace::regnamespace || '.' || proname NOT IN (SELECT name FROM definers WHERE r = 'scip_writer' UNION SELECT name FROM open_definers)
$$;

-- And in practice: each private table has a row, and nobody without claims sees one; nor does who is of the central
-- team see more as the writer, and on the central team's own login one who is not of it.
CREATE FUNCTION pg_temp.sight_faults() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  t record;
  who record;
  seen bigint;
BEGIN
  FOR t IN SELECT * FROM pg_temp.tables() WHERE NOT open LOOP
    FOR who IN VALUES ('scip_writer', ''), ('scip_writer', '{central}'), ('scip_central', ''), ('scip_central', '{hub_lead}') LOOP
      BEGIN
        EXECUTE format('SET LOCAL ROLE %I', who.column1);
        PERFORM set_config('scip.roles', who.column2, true);
        EXECUTE format('SELECT count(*) FROM scip.%I', t.name) || CASE t.name WHEN 'change' THEN ' WHERE NOT audience @> ''{public}''' ELSE '' END
          INTO seen;
        RESET ROLE;
        IF seen > 0 THEN
          RETURN NEXT format('%s: who has no claims sees %s rows as %s %s', t.name, seen, who.column1, who.column2);
        END IF;
      EXCEPTION WHEN insufficient_privilege THEN
        RESET ROLE;
      END;
    END LOOP;
  END LOOP;
  PERFORM set_config('scip.roles', '', true);
END $$;

CREATE FUNCTION pg_temp.faults() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT pg_temp.table_faults() UNION ALL SELECT pg_temp.grant_faults() UNION ALL SELECT pg_temp.code_faults()
  UNION ALL SELECT pg_temp.sight_faults()
$$;

WITH a AS (INSERT INTO scip.account (issuer, subject, label) VALUES ('self', 'test-access', 'Test') RETURNING id),
     r AS (INSERT INTO scip.account_role (account_id, role) SELECT id, 'central' FROM a),
     s AS (INSERT INTO scip.client_secret (account_id, sha256) SELECT id, sha256('x') FROM a),
     k AS (INSERT INTO scip.client_keys SELECT id, '{"keys": []}' FROM a),
     i AS (INSERT INTO scip.idempotency SELECT id, 'x', 'x', 'x', 'x', 200 FROM a)
INSERT INTO scip.spent_token VALUES ('self', 'test-access', now());

SELECT ok(count(*) >= 33, 'the tables are there') FROM pg_temp.tables();
SELECT is_empty('SELECT name FROM public_tables EXCEPT SELECT name FROM pg_temp.tables()', 'so are the public ones');
SELECT is_empty('SELECT pg_temp.table_faults()', 'tables');
SELECT is_empty('SELECT pg_temp.grant_faults()', 'grants');
SELECT is_empty('SELECT pg_temp.code_faults()', 'views and functions');
SELECT is_empty('SELECT pg_temp.sight_faults()', 'what who has no claims sees');

-- Each of these mistakes is found, as what it is; each is undone.
CREATE FUNCTION pg_temp.planted(mistake text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  found text;
BEGIN
  BEGIN
    EXECUTE mistake;
    found := (SELECT string_agg(f, E'\n') FROM pg_temp.faults() f);
    RAISE 'undo' USING ERRCODE = 'UNDOX';
  EXCEPTION WHEN SQLSTATE 'UNDOX' THEN
    RETURN found;
  END;
END $$;
SELECT matches(pg_temp.planted(mistake), fault, mistake) FROM (VALUES
  ('DROP POLICY central ON scip.account_role', 'account_role: a caller has a grant and no policy to INSERT'),
  ('DROP POLICY see ON scip.news', 'news: is public and has no policy for readers'),
  ('DROP POLICY central ON scip.news', 'news: a caller has a grant and no policy to UPDATE'),
  ('REVOKE UPDATE ON scip.news FROM scip_caller', 'news: a caller has a policy and no grant to UPDATE'),
  ('GRANT UPDATE ON scip.news TO scip_central', 'news: is granted to scip_central, not to scip_caller'),
  ('GRANT EXECUTE ON FUNCTION ctx.keep TO scip_writer', 'ctx\.keep: is granted to scip_writer, not to scip_caller'),
  ('CREATE POLICY test ON scip.account FOR SELECT TO scip_central USING (ctx.central())', 'account: policy test asks more of scip_central than that it is'),
  ('CREATE POLICY test ON scip.account FOR SELECT TO scip_writer USING ((SELECT ctx.central()))', 'account: who has no claims sees \d+ rows as scip_writer \{central\}'),
  ('CREATE VIEW scip.test_peek AS SELECT * FROM scip.account', 'test_peek: reads with its owner'),
  ('ALTER VIEW scip.hubs RESET (security_invoker)', 'hubs: reads with its owner'),
  ('CREATE MATERIALIZED VIEW scip.test_peek AS SELECT * FROM scip.account', 'test_peek: reads with its owner'),
  ('ALTER TABLE scip.account NO FORCE ROW LEVEL SECURITY', 'account: row-level security is not on and forced'),
  ('ALTER TABLE scip.account DISABLE ROW LEVEL SECURITY', 'account: row-level security is not on and forced'),
  ('ALTER TABLE scip.account OWNER TO postgres', 'account: is owned by postgres'),
  ('CREATE POLICY test ON scip.account FOR SELECT TO scip_writer USING (true)', 'account: policy test lets everyone through'),
  ('CREATE POLICY test ON scip.account FOR SELECT TO scip_writer USING (id IS NOT NULL)', 'account: who has no claims sees \d+ rows'),
  ('CREATE POLICY test ON scip.change FOR SELECT TO scip_writer USING (id > 0)', 'change: who has no claims sees \d+ rows'),
  ('CREATE POLICY test ON scip.account FOR SELECT USING ((SELECT ctx.central()))', 'account: policy test is for everyone'),
  ('CREATE POLICY test ON scip.news FOR UPDATE TO scip_writer USING (true)', 'news: policy test lets everyone through'),
  ('CREATE POLICY test ON scip.news FOR INSERT TO scip_writer WITH CHECK (true)', 'news: policy test lets everyone through'),
  ('GRANT SELECT ON scip.account TO scip_anonymous', 'account: scip_anonymous may read it'),
  ('GRANT SELECT (label) ON scip.account TO scip_anonymous', 'account: scip_anonymous may read it'),
  ('GRANT SELECT ON scip.account TO PUBLIC', 'account: is granted to everyone'),
  ('GRANT INSERT ON scip.news TO scip_anonymous', 'news: scip_anonymous may INSERT'),
  ('GRANT UPDATE ON scip.audit TO scip_caller', 'audit: a caller has a grant and no policy to UPDATE'),
  ('GRANT TRUNCATE ON scip.news TO scip_writer', 'news: scip_writer may TRUNCATE'),
  ('GRANT DELETE ON scip.accounts TO scip_writer', 'accounts: scip_writer may DELETE'),
  ('CREATE TABLE scip.test_new (id int)', 'test_new: row-level security is not on and forced'),
  ('CREATE TABLE scip.test_new (id int)', 'test_new: keeps no records'),
  ('ALTER TABLE scip.news DISABLE TRIGGER track_changes', 'news: keeps no records'),
  ('GRANT EXECUTE ON FUNCTION ctx.keep TO PUBLIC', 'ctx\.keep\(.*\): is everyone''s'),
  ('GRANT EXECUTE ON FUNCTION ctx.kept TO scip_anonymous', 'ctx\.kept\(.*\): has its owner''s rights and may be called by scip_anonymous'),
  ('ALTER FUNCTION ctx.enter RESET search_path', 'ctx\.enter\(.*\): has its owner''s rights and no fixed search path'),
  ('CREATE FUNCTION scip.test_peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = scip, pg_temp RETURN 1;
    GRANT EXECUTE ON FUNCTION scip.test_peek TO scip_writer', 'test_peek\(\): has its owner''s rights and may be called by scip_writer'))
  planted (mistake, fault);
SELECT is_empty('SELECT pg_temp.faults()', 'and undone');

-- Roles.
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolname LIKE 'scip\_%'
    AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)$$, 'no role has special powers');
SELECT set_has($$SELECT rolname FROM pg_roles WHERE rolcanlogin$$,
  $$VALUES ('scip_migrator'::name), ('scip_anonymous'), ('scip_writer'), ('scip_central')$$, 'the four roles log in');
SELECT ok(NOT rolcanlogin, 'what callers are granted is no login') FROM pg_roles WHERE rolname = 'scip_caller';
SELECT set_eq($$SELECT m.member::regrole::text, m.roleid::regrole::text FROM pg_auth_members m WHERE m.member::regrole::text LIKE 'scip\_%'$$,
  $$VALUES ('scip_writer', 'scip_caller'), ('scip_central', 'scip_caller')$$, 'nobody inherits but what callers are granted');
SELECT is_empty($$SELECT r, s, privilege FROM unnest(ARRAY['scip_anonymous', 'scip_writer', 'scip_central']) r,
      unnest(ARRAY['scip', 'ctx', 'public']) s, unnest(ARRAY['CREATE']) privilege WHERE has_schema_privilege(r, s, privilege)$$,
  'readers and writer create nothing');
SELECT is_empty($$SELECT r FROM unnest(ARRAY['scip_anonymous', 'scip_writer', 'scip_central']) r
    WHERE has_database_privilege(r, current_database(), 'CREATE') OR has_database_privilege(r, current_database(), 'TEMPORARY')$$,
  'neither schemas nor temporary tables');

-- And in practice.
SELECT lives_ok($$SELECT pg_temp.run_as('scip_anonymous', 'SELECT count(*), max(scip.fold(name)) FROM scip.hub')$$, 'anonymous reads');
SELECT throws_ok(format($$SELECT pg_temp.run_as(%L, %L)$$, r, s), '42501', NULL, r || ': ' || s)
FROM unnest(ARRAY['scip_anonymous', 'scip_writer', 'scip_central']) r, unnest(ARRAY[
  'INSERT INTO scip.hub_name (hub_id, kind, name) VALUES (1, ''other'', ''x'')',
  'INSERT INTO scip.change (kind, key, op, audience) VALUES (''hub'', ''x'', ''changed'', ''{public}'')',
  'DELETE FROM scip.audit',
  'SELECT * FROM scip.idempotency',
  'SELECT * FROM scip.spent_token',
  'TRUNCATE scip.news',
  'CREATE TABLE scip.x ()',
  'CREATE TABLE public.x ()',
  'ALTER TABLE scip.hub DISABLE ROW LEVEL SECURITY',
  'CALL scip.publish(''hub'')',
  'SELECT * FROM sqitch.changes']) s;
SELECT throws_ok(format($$SELECT pg_temp.run_as('scip_anonymous', %L)$$, s), '42501', NULL, 'scip_anonymous: ' || s)
FROM unnest(ARRAY['UPDATE scip.hub SET name = ''x''', 'DELETE FROM scip.hub_lead', 'SELECT * FROM scip.accounts',
  $$SELECT ctx.enter('self', 'test-access', NULL, 0, NULL, 'x', 'x', '{}')$$]) s;
-- Without claims the writer's statements find no row.
CREATE FUNCTION pg_temp.rows_as_writer(statement text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  n int;
BEGIN
  SET LOCAL ROLE scip_writer;
  EXECUTE statement;
  GET DIAGNOSTICS n = ROW_COUNT;
  RESET ROLE;
  RETURN n;
END $$;
SELECT is(pg_temp.rows_as_writer(s), 0, 'without claims: ' || s) FROM unnest(ARRAY['UPDATE scip.hub SET name = ''x''',
  'DELETE FROM scip.hub_lead', 'UPDATE scip.account SET active = true', 'DELETE FROM scip.account_role', 'SELECT * FROM scip.accounts']) s;

-- Row-level security binds the owner too: without its policy even the migrator sees nothing.
DROP POLICY own ON scip.region;
INSERT INTO scip.region (slug, gss_code, name, kind, nation, longitude, latitude, sources, confidence)
  VALUES ('test-region', 'E99999999', 'Test', 'region', 'GB-ENG', 0, 52, '{test}', 'low');
SELECT lives_ok($$SELECT pg_temp.run_as('scip_migrator', 'DO $x$ BEGIN ASSERT NOT EXISTS (SELECT FROM scip.region); END $x$')$$,
  'the owner is bound');

SELECT * FROM finish();
ROLLBACK;
