-- How a Hub comes to be: the ways of an application, whatever the SQL; the pathway; what may follow what.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();
SET LOCAL search_path = scip, public;
SET LOCAL session_replication_role = replica;
DELETE FROM hub_application;
SET LOCAL session_replication_role = origin;
DELETE FROM hub_invitation;

CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  state text;
  name text;
  n bigint;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN CASE WHEN n = 0 THEN 'no row' ELSE 'accepted' END;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, name = CONSTRAINT_NAME;
  RETURN rtrim(state || ' ' || name);
END $$;
GRANT EXECUTE ON FUNCTION pg_temp.outcome TO PUBLIC;
CREATE FUNCTION pg_temp.org(text) RETURNS bigint LANGUAGE sql AS 'SELECT id FROM scip.organisation WHERE slug = $1';
CREATE FUNCTION pg_temp.hub(text) RETURNS bigint LANGUAGE sql AS 'SELECT id FROM scip.hub WHERE slug = $1';
GRANT EXECUTE ON FUNCTION pg_temp.org, pg_temp.hub TO PUBLIC;

INSERT INTO organisation (slug, name, sources, confidence) SELECT 'test-' || o, o, '{test}', 'low' FROM unnest(ARRAY['a', 'b', 'c']) o;
INSERT INTO account (id, issuer, subject, label)
SELECT ('00000000-0000-4000-8000-00000000000' || n)::uuid, 'self', 'test-' || label, label
FROM (VALUES (1, 'applicant'), (2, 'other'), (3, 'reviewer'), (4, 'involved'), (5, 'board'), (6, 'central'), (7, 'lead'), (8, 'member')) v (n, label);
INSERT INTO account_role (account_id, role, group_id, organisation_id)
SELECT a.id, v.role, (SELECT id FROM alliance_group WHERE slug = v.in_group), pg_temp.org(v.organisation)
FROM (VALUES ('applicant', 'partner', NULL, 'test-a'), ('other', 'partner', NULL, 'test-b'), ('reviewer', 'group_member', 'hub-leads-group', 'test-c'),
             ('involved', 'group_member', 'hub-leads-group', 'test-a'), ('board', 'group_member', 'board', NULL), ('central', 'central', NULL, NULL))
  v (label, role, in_group, organisation) JOIN account a ON a.subject = 'test-' || v.label;

-- Acts as one of them, as the engine does.
CREATE FUNCTION pg_temp.as_one(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  came_to text;
BEGIN
  EXECUTE 'SET LOCAL ROLE ' || CASE who WHEN 'central' THEN 'scip_central' ELSE 'scip_writer' END;
  IF who = 'nobody' THEN
    PERFORM set_config('scip.' || s, '', true) FROM unnest(ARRAY['account', 'roles', 'hubs', 'hubs_led', 'groups', 'organisations', 'affiliations']) s;
  ELSE
    PERFORM ctx.enter('self', 'test-' || who, NULL, extract(epoch FROM now())::bigint + 60, NULL, 'r', 'o', '{}');
  END IF;
  came_to := pg_temp.outcome(statement);
  RESET ROLE;
  RETURN came_to;
END $$;
-- What an attempt comes to with the one application in that state.
CREATE FUNCTION pg_temp.way(before text, who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL session_replication_role = replica;
  UPDATE scip.hub_application SET status = before, decision_note = NULL, hub_id = NULL WHERE organisation_id = pg_temp.org('test-a');
  SET LOCAL session_replication_role = origin;
  RETURN pg_temp.as_one(who, statement);
END $$;

SELECT is(array_agg(slug::text), ARRAY['hub-leads-group'], 'which group decides is data') FROM alliance_group WHERE decides_applications;

-- It begins as a draft of who may speak for the organisation.
SELECT is(pg_temp.as_one(who, format($$INSERT INTO hub_application (organisation_id, name, status) VALUES (pg_temp.org('test-a'), 'Test', %L)$$, status)),
  expected, who || ' begins, ' || status)
FROM (VALUES ('nobody', 'draft', '42501'), ('other', 'draft', '42501'), ('reviewer', 'draft', '42501'), ('applicant', 'submitted', 'SC409 application-not-draft'),
             ('central', 'approved', 'SC409 application-not-draft'), ('applicant', 'draft', 'accepted')) v (who, status, expected);
SELECT results_eq($$SELECT account_id::text FROM hub_application$$, $$VALUES ('00000000-0000-4000-8000-000000000001')$$, 'who began it');
SELECT is(pg_temp.as_one('applicant', 'UPDATE hub_application SET status = ''submitted'''), 'SC422 application-incomplete', 'nothing is said yet');
SELECT is(pg_temp.as_one('applicant', format('UPDATE hub_application SET %s', change)), expected, change)
FROM (VALUES ('regions = ''{E99999999}''', 'SC422 reference-not-found'), ('nations = ''{GB-ENG,NULL}''', '23514 hub_application_nations_check'),
             ('expected_partners = ''{}''', '23514 hub_application_partners'), ('expected_partners = ''[{"sector": "he"}]''', '23514 hub_application_partners'),
             ('expected_partners = ''[{"sector": "government", "name": "x"}]''', 'SC422 no-such-term'),
             ('expected_partners = ''[{"sector": "he", "name": "x", "person": "y"}]''', '23514 hub_application_partners'),
             ('decision_note = ''Approved''', 'SC403 only-the-deciding-group'), ('hub_id = 1', '42501'), ('organisation_id = 1', '42501'), ('decided_at = now()', '42501'),
             ('slug = ''test-hub'', nations = ''{GB-ENG}'', regions = ''{E12000008}'', rationale = ''Need'', expected_partners = ''[{"sector": "he", "name": "x"}]''', 'accepted')) v (change, expected);

-- Every way from every state, for everyone.
SELECT is(pg_temp.way(before, who, format('UPDATE hub_application SET status = %L, decision_note = ''n'' WHERE slug = ''test-hub''', after)), expected, format('%s: %s to %s', who, before, after))
FROM (SELECT before, after, who, CASE
        WHEN who IN ('nobody', 'other', 'board') OR before = 'draft' AND who IN ('reviewer', 'involved') THEN 'no row'
        WHEN after = 'draft' AND who IN ('reviewer', 'involved') THEN CASE who WHEN 'involved' THEN 'SC403 reviewer-is-applicant' ELSE 'SC409 application-not-under-review' END
        WHEN after = 'submitted' THEN CASE WHEN who IN ('reviewer', 'involved') THEN 'SC403 only-the-applicant'
                                           WHEN before IN ('draft', 'returned') THEN 'accepted' ELSE 'SC409 application-not-draft' END
        WHEN after = 'under_review' THEN CASE who WHEN 'applicant' THEN 'SC403 only-the-deciding-group' WHEN 'involved' THEN 'SC403 reviewer-is-applicant'
                                                  ELSE CASE before WHEN 'submitted' THEN 'accepted' ELSE 'SC409 application-not-submitted' END END
        WHEN who IN ('applicant', 'central') THEN 'SC403 only-the-deciding-group' WHEN who = 'involved' THEN 'SC403 reviewer-is-applicant'
        WHEN before = 'under_review' THEN 'accepted' ELSE 'SC409 application-not-under-review' END AS expected
      FROM unnest(ARRAY['draft', 'submitted', 'under_review', 'approved', 'declined', 'returned']) WITH ORDINALITY b (before, i),
           unnest(ARRAY['draft', 'submitted', 'under_review', 'declined', 'returned']) after,
           unnest(ARRAY['nobody', 'applicant', 'other', 'reviewer', 'involved', 'board', 'central']) who) v;
SELECT is(pg_temp.way(status, 'applicant', change), 'SC409 application-not-draft', concat_ws(' ', status, change))
FROM unnest(ARRAY['UPDATE hub_application SET name = ''New''', 'DELETE FROM hub_application']) change,
     unnest(ARRAY['submitted', 'under_review', 'approved', 'declined']) status;
SELECT is(pg_temp.way('returned', 'applicant', 'UPDATE hub_application SET name = ''New'''), 'accepted', 'returned, it is the applicant''s again');
SELECT is(pg_temp.way('returned', 'applicant', 'DELETE FROM hub_application'), 'SC409 application-not-draft', 'but stays');
SELECT is(pg_temp.way('submitted', 'reviewer', 'UPDATE hub_application SET name = ''New'''), 'SC403 only-the-applicant', 'reviewers change no text');
SELECT is(pg_temp.way('under_review', 'reviewer', 'UPDATE hub_application SET status = ''returned'''), 'SC422 decision-needs-a-note', 'a reason is owed');
SELECT is(pg_temp.way('approved', 'reviewer', 'UPDATE hub_application SET decision_note = ''Other'''), 'SC403 only-the-deciding-group', 'a note comes with its decision');
UPDATE alliance_group SET decides_applications = slug = 'board' WHERE slug IN ('board', 'hub-leads-group');
SELECT is(pg_temp.way('under_review', who, 'UPDATE hub_application SET status = ''declined'', decision_note = ''n'''), expected, 'another alliance has another group: ' || who)
FROM (VALUES ('reviewer', 'no row'), ('board', 'accepted')) v (who, expected);
UPDATE alliance_group SET decides_applications = slug <> 'board' WHERE slug IN ('board', 'hub-leads-group');

-- Who sees a change.
CREATE FUNCTION pg_temp.audience() RETURNS text[] LANGUAGE sql AS $$
  SELECT ARRAY(SELECT split_part(a, ':', 1) FROM unnest(audience) a ORDER BY a) FROM scip.change WHERE kind = 'hub_application' ORDER BY id DESC LIMIT 1
$$;
SELECT is(pg_temp.way('draft', 'applicant', 'UPDATE hub_application SET name = ''Told'''), 'accepted');
SELECT is(pg_temp.audience(), '{organisation}', 'a draft is its organisation''s');
SELECT is(pg_temp.as_one('applicant', 'UPDATE hub_application SET status = ''submitted'''), 'accepted');
SELECT is(pg_temp.audience(), '{group,organisation}', 'what is submitted the group''s as well');

-- Approved: a Hub, once.
SELECT is(pg_temp.way('under_review', 'reviewer', 'UPDATE hub_application SET status = ''approved'''), 'accepted', 'approved');
SELECT results_eq($$SELECT h.name::text, h.nations::text[], s.status, s.starts::text, lower(l.period), upper_inf(l.period), l.organisation_id, r.gss_code
    FROM hub h JOIN hub_status s ON s.hub_id = h.id JOIN hub_lead l ON l.hub_id = h.id JOIN hub_region hr ON hr.hub_id = h.id JOIN region r ON r.id = hr.region_id
    JOIN hub_application a ON a.hub_id = h.id WHERE h.slug = 'test-hub'$$,
  $$SELECT 'Told', '{GB-ENG}'::text[], 'proposed', scip.today()::text, scip.today(), true, pg_temp.org('test-a'), 'E12000008'$$,
  'proposed from today and led by the applicant from today');
SELECT is(decided_by::text, '00000000-0000-4000-8000-000000000003', 'who decided') FROM hub_application;
SELECT is(pg_temp.as_one('reviewer', 'UPDATE hub_application SET status = ''approved'''), 'SC409 application-not-under-review', 'not again');
SELECT is(pg_temp.way('under_review', 'reviewer', 'UPDATE hub_application SET status = ''approved'''), '23505 hub_slug_key', 'nor under a slug that is taken');
SELECT is(pg_temp.way('draft', 'applicant', 'UPDATE hub_application SET status = ''submitted'''), 'SC409 slug-taken', 'which is said when it is submitted');
UPDATE hub SET slug = 'test-hub-2' WHERE slug = 'test-hub';
SELECT is(pg_temp.way('draft', 'applicant', 'UPDATE hub_application SET status = ''submitted'''), 'SC409 slug-taken', 'a former slug is taken, too');
DELETE FROM account WHERE subject IN ('test-applicant', 'test-reviewer');
SELECT results_eq('SELECT account_id, decided_by FROM hub_application', 'VALUES (NULL::uuid, NULL::uuid)', 'an account that goes leaves the application');

-- The pathway: every step for every Hub.
INSERT INTO account_role (account_id, role, hub_id) SELECT a.id, 'hub_' || v.label, pg_temp.hub('test-hub-2')
FROM (VALUES ('lead'), ('member')) v (label) JOIN account a ON a.subject = 'test-' || v.label;
INSERT INTO account_role (account_id, role, hub_id) SELECT id, 'hub_lead', (SELECT min(id) FROM hub) FROM account WHERE subject = 'test-member';
SELECT is_empty('SELECT h.id, s.code FROM hub h CROSS JOIN pathway_step s EXCEPT SELECT hub_id, step FROM hub_pathway', 'every Hub has every step');
SELECT results_eq('SELECT count(*), count(*) FILTER (WHERE optional) FROM pathway_step', 'VALUES (10::bigint, 1::bigint)', 'ten, one of them optional');
INSERT INTO pathway_step (code, ordinal, title, sources) VALUES ('test_step', 99, 'Test', '{test}');
SELECT is(count(*), (SELECT count(*) FROM hub), 'a new step, too') FROM hub_pathway WHERE step = 'test_step';
CREATE FUNCTION pg_temp.step(who text, change text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.as_one(who, format('UPDATE hub_pathway SET %s WHERE hub_id = pg_temp.hub(''test-hub-2'') AND step = ''inaugural_date_set''', change))
$$;
SELECT is(pg_temp.step(who, change), expected, who || ': ' || change)
FROM (VALUES (1, 'nobody', 'done_on = scip.today(), evidence = ''Letter''', 'no row'), (2, 'other', 'done_on = scip.today(), evidence = ''Letter''', 'no row'),
             (3, 'member', 'done_on = scip.today(), evidence = ''Letter''', 'no row'), (4, 'lead', 'done_on = scip.today(), reason = ''x''', '23514 hub_pathway_evidence'),
             (5, 'lead', 'evidence = ''Letter''', '23514 hub_pathway_evidence'), (6, 'lead', 'done_on = scip.today() + 1, evidence = ''Letter''', 'SC422 date-in-future'),
             (7, 'lead', 'done_on = scip.today(), evidence = '' '', reason = ''x''', '23514 hub_pathway_evidence_check'), (8, 'lead', 'done_by = NULL', '42501'),
             (9, 'lead', 'version = 1', '42501'), (10, 'lead', 'done_on = scip.today(), evidence = ''Letter''', 'SC422 step-not-proven'),
             (11, 'lead', 'done_on = scip.today(), evidence = ''Letter'', reason = '' ''', '23514 hub_pathway_reason_check'),
             (12, 'lead', 'done_on = scip.today(), evidence = ''Letter'', reason = ''The vote is next week''', 'accepted'),
             (13, 'lead', 'reason = NULL', 'SC422 step-not-proven'), (14, 'lead', 'evidence = ''The letter''', 'accepted')) v (n, who, change, expected) ORDER BY n;
SELECT is(done_by::text, '00000000-0000-4000-8000-000000000007', 'who said so') FROM hub_pathway WHERE hub_id = pg_temp.hub('test-hub-2') AND step = 'inaugural_date_set';
SELECT is(pg_temp.step('lead', 'done_on = NULL'), 'accepted', 'undone');
SELECT results_eq($$SELECT done_by, evidence, reason, version FROM hub_pathway WHERE hub_id = pg_temp.hub('test-hub-2') AND step = 'inaugural_date_set'$$,
  'VALUES (NULL::uuid, NULL::text, NULL::text, 4)', 'with all that belonged to it');
SELECT is(pg_temp.as_one('central', statement), '42501', statement)
FROM unnest(ARRAY['DELETE FROM hub_pathway', 'INSERT INTO hub_pathway VALUES (1, ''x'')', 'UPDATE pathway_step SET title = ''x''']) statement;

-- Invitations: of a body, of one of the six sectors, which are categories of organisations.
SELECT is_empty($$SELECT sector FROM unnest(ARRAY['he', 'fe', 'local_authority', 'school_sector', 'charity', 'armed_forces']) sector
    WHERE strpos((SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'organisation_sector_category_check'), quote_literal(sector)) = 0$$, 'one list of codes');
SELECT is(pg_temp.as_one(who, format($$INSERT INTO hub_invitation (hub_id, sector, organisation_id, name, invited_on, status, responded_on)
    VALUES (pg_temp.hub('test-hub-2'), %L, pg_temp.org(%L), %L, scip.today() + %s, %L, scip.today() + %s)$$, sector, organisation, name, asked, answer, answered)), expected,
  concat_ws(' ', who, sector, organisation, name, answer))
FROM (VALUES (1, 'nobody', 'he', NULL, 'x', '0', 'pending', 'NULL::int', '42501'), (2, 'member', 'he', NULL, 'x', '0', 'pending', 'NULL::int', '42501'),
             (3, 'lead', 'government', NULL, 'x', '0', 'pending', 'NULL::int', 'SC422 no-such-term'), (4, 'lead', 'he', NULL, NULL, '0', 'pending', 'NULL::int', '23514 hub_invitation_body'),
             (5, 'lead', 'he', 'test-b', 'x', '0', 'pending', 'NULL::int', '23514 hub_invitation_body'), (6, 'lead', 'he', 'test-b', NULL, '1', 'pending', 'NULL::int', 'SC422 date-in-future'),
             (7, 'lead', 'he', 'test-b', NULL, '0', 'accepted', '1', 'SC422 date-in-future'), (8, 'lead', 'he', 'test-b', NULL, '0', 'accepted', '-1', '23514 hub_invitation_dates'),
             (9, 'lead', 'he', 'test-b', NULL, '0', 'pending', '0', '23514 hub_invitation_answered'), (10, 'lead', 'he', 'test-b', NULL, '0', 'perhaps', '0', '23514 hub_invitation_status_check'),
             (11, 'lead', 'he', 'test-b', NULL, '0', 'pending', 'NULL::int', 'accepted'), (12, 'central', 'fe', NULL, 'A college', '-5', 'declined', 'NULL::int', 'accepted'))
  v (n, who, sector, organisation, name, asked, answer, answered, expected) ORDER BY n;
SELECT is(pg_temp.as_one(who, 'UPDATE hub_invitation SET status = ''accepted'' WHERE sector = ''he'''), expected, who || ' notes an answer')
FROM (VALUES (1, 'nobody', 'no row'), (2, 'other', 'no row'), (3, 'member', 'no row'), (4, 'lead', 'accepted')) v (n, who, expected) ORDER BY n;
SELECT results_eq('SELECT responded_on FROM hub_invitation ORDER BY sector', 'VALUES (scip.today()), (scip.today())', 'an answer has a day');

-- The profile is the lead's, the record is not; a name given up is kept.
SELECT is(pg_temp.as_one(who, format('UPDATE hub SET %s WHERE slug = ''test-hub-2''', change)), expected, who || ': ' || change)
FROM (VALUES (1, 'nobody', 'blurb = ''x''', 'no row'), (2, 'other', 'blurb = ''x''', 'no row'), (3, 'member', 'blurb = ''x''', 'no row'),
             (4, 'lead', 'blurb = ''x'', page = ''{}''', 'accepted'), (5, 'lead', 'name = ''x''', 'SC403 only-the-profile'), (6, 'lead', 'slug = ''x''', 'SC403 only-the-profile'),
             (7, 'lead', 'confidence = ''low'', blurb = ''y''', 'SC403 only-the-profile'), (8, 'central', 'name = ''Test again''', 'accepted'),
             (9, 'central', 'name = ''Test thrice''', 'accepted'), (10, 'central', 'name = ''Test again''', 'accepted')) v (n, who, change, expected) ORDER BY n;
SELECT results_eq($$SELECT kind, name::text FROM hub_name WHERE hub_id = pg_temp.hub('test-hub-2') ORDER BY name$$,
  $$VALUES ('former', 'Test thrice'), ('former', 'Told')$$, 'former names');

-- What may follow what.
CREATE FUNCTION pg_temp.follows(before text, after text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  came_to text;
BEGIN
  INSERT INTO scip.hub (slug, name, nations, sources, confidence) VALUES ('test-f', 'F', '{GB-ENG}', '{test}', 'low');
  INSERT INTO scip.hub_lead (hub_id, organisation_id, evidence_kind, period, sources, confidence)
  VALUES (pg_temp.hub('test-f'), pg_temp.org('test-c'), 'dated', '[2020-01-01,)', '{test}', 'low');
  INSERT INTO scip.hub_status (hub_id, status, starts) VALUES (pg_temp.hub('test-f'), before, '2020');
  came_to := pg_temp.as_one('central', format($x$WITH ended AS (UPDATE hub_status SET ends = '2021' WHERE hub_id = pg_temp.hub('test-f') AND ends IS NULL RETURNING hub_id)
    INSERT INTO hub_status (hub_id, status, starts) SELECT hub_id, %L, '2021' FROM ended$x$, after));
  RAISE '%', came_to USING ERRCODE = 'UNDOX';
EXCEPTION WHEN SQLSTATE 'UNDOX' THEN
  RETURN SQLERRM;
END $$;
SELECT is(pg_temp.follows(before, after), CASE WHEN (before, after) IN (('proposed', 'active'), ('proposed', 'closed'), ('active', 'paused'), ('active', 'closed'), ('paused', 'active'),
    ('paused', 'closed'), ('closed', 'active'), ('unknown', 'active'), ('unknown', 'paused'), ('unknown', 'closed')) THEN 'accepted' ELSE 'SC409 hub-status-transition' END, before || ' to ' || after)
FROM unnest(ARRAY['proposed', 'active', 'paused', 'closed', 'unknown']) before, unnest(ARRAY['proposed', 'active', 'paused', 'closed', 'unknown']) after;
INSERT INTO hub (slug, name, nations, sources, confidence) SELECT 'test-' || h, h, '{GB-ENG}', '{test}', 'low' FROM unnest(ARRAY['g', 'h']) h;
INSERT INTO hub_status (hub_id, status, starts, ends) VALUES (pg_temp.hub('test-g'), 'closed', '2020', '2021');
INSERT INTO hub_lead (hub_id, organisation_id, evidence_kind, period, sources, confidence) VALUES (pg_temp.hub('test-h'), pg_temp.org('test-c'), 'dated', '[2020-01-01,)', '{test}', 'low');
SELECT is(pg_temp.outcome(format('INSERT INTO hub_status (hub_id, status, starts) VALUES (pg_temp.hub(%L), %L, %L)', hub, status, starts)), expected, concat_ws(' ', hub, status, starts))
FROM (VALUES ('test-g', 'active', '2021', 'SC409 hub-needs-a-lead'), ('test-h', 'active', (scip.today() + 1)::text, 'SC422 date-in-future'),
             ('test-h', 'active', '2024', 'accepted'), ('test-h', 'paused', '2025', '23505 hub_status_one_current')) v (hub, status, starts, expected);

SELECT * FROM finish();
ROLLBACK;
