CREATE VIEW scip.objections WITH (security_invoker) AS
SELECT o.id, o.person_id AS person, o.received_on, o.decision AS status, o.decided_at, o.created_at, o.updated_at, o.version AS _version
FROM scip.objection o;
CREATE VIEW scip.breaches WITH (security_invoker) AS
SELECT b.id, b.what AS description, b.discovered_at, b.started_at, b.data AS data_affected, b.people AS people_affected, b.risk,
       b.consequences, b.measures, b.reported_at, b.not_reported_reason, b.people_informed_at, b.people_not_informed_reason,
       b.discovered_at + interval '72 hours' AS report_due_at, b.closed_at, b.created_at, b.updated_at,
       '/v1/privacy/breaches/' || b.id AS href, b.version AS _version
FROM scip.breach b;

-- Records of processing: what the columns' comments say.
CREATE VIEW scip.processing WITH (security_invoker) AS
SELECT c.relname::text AS "table", a.attname::text AS "column", part[1] AS purpose, part[2] AS lawful_basis, part[3] AS retention
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped,
     regexp_match(col_description(c.oid, a.attnum), '^personal: purpose=([^;]+); basis=([^;]+); retention=(.+)$') part
WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'p') AND part IS NOT NULL;

-- Every column that could hold words, and what becomes of a name in it:
-- at_once: what is the name as a whole is replaced; where it is a part of a text, that is listed for the central team to decide;
-- listed: all of it is listed: what everybody may read is not changed by a machine;
-- kept: looked into by nobody, for the reason that stands here. NULL: nothing of this, which a test finds.
-- A new column of text is at_once or listed by itself.
CREATE VIEW scip.text_column WITH (security_invoker) AS
WITH kept ("table", "column", reason) AS (VALUES
  ('account', 'issuer', 'an address of a provider'), ('account', 'subject', 'replaced with the account''s person'),
  ('person', 'name', 'gone with the person'), ('person', 'email', 'gone with the person'),
  ('person_merge', NULL, 'gone with the person'), ('organisation_lineage', 'moved', 'names of tables'),
  ('audit', NULL, 'ids and names of tables, columns and operations'), ('change', NULL, 'ids and addresses'),
  ('history', NULL, 'its rows are cleaned as the table''s own'), ('history_start', NULL, 'names of tables'),
  ('idempotency', NULL, 'an answer with the name is emptied as a whole'), ('personal_read', NULL, 'ids and names of operations'),
  ('spent_token', NULL, 'ids of tokens, gone within a day'),
    ('unknown_account', NULL, 'a provider''s own number, gone with the account''s person'),
  ('record_kind', NULL, 'names of tables'), ('kind_address', NULL, 'addresses'), ('client_keys', 'jwks', 'public keys'),
  ('client_secret', 'sha256', 'a digest'), ('booking', 'feedback_sha256', 'a digest'), ('booking', 'certificate', 'a random code'),
  ('file', 'sha256', 'a digest'), ('file', 'name', 'a part of an address: a file is deleted and uploaded again'),
    ('file', 'media_type', 'a code'),
  ('file_chunk', 'bytes', 'published files: withdrawn by their own operation'), ('usage_salt', NULL, 'random bytes'),
  ('use', NULL, 'keyed digests'), ('use_session', NULL, 'keyed digests'), ('use_visitor', NULL, 'keyed digests'),
    ('agent_pattern', NULL, 'patterns of programs'),
  ('use_item', NULL, 'addresses'), ('usage_month', NULL, 'codes'), ('users_month', NULL, 'codes'),
  ('metric', NULL, 'ours alone: what a figure means'), ('metric_definition', NULL, 'ours alone: what a figure means'),
  ('release_cell', NULL, 'figures'), ('release', 'period', 'a code'), ('historical_total', 'period', 'a code'),
    ('region', NULL, 'the nations'' own names'), ('term', NULL, 'ours alone'),
('terms_template', NULL, 'ours alone'),
('hub_evaluation_figure', 'parts', 'codes, ids and numbers'), ('hub_evaluation_figure', 'derived_parts', 'codes, ids and numbers'),
  ('evaluation_metric', NULL, 'ours alone'), ('evaluation_question', NULL, 'ours alone'), ('pathway_step', NULL, 'ours alone'),
  ('consent_text', NULL, 'what people consent to stays as they read it'), ('removal', NULL, 'names of jobs'),
  ('organisation', 'gss_code', 'a code'), ('organisation_identifier', 'identifier', 'a code'),
  ('correction', 'record', 'an address'), ('correction', 'operation', 'a name of an operation'),
  ('redaction', 'table', 'a name'), ('redaction', 'record', 'an id'), ('redaction', 'column', 'a name'),
    ('redaction', 'digest', 'a digest'), ('redaction', 'href', 'an address'))
SELECT c.relname::text AS "table", a.attname::text AS "column", coalesce(k.reason, code.reason) AS reason,
       CASE WHEN coalesce(k.reason, code.reason) IS NOT NULL THEN 'kept'
            WHEN coalesce(base.typname, t.typname) IN ('bytea', 'xml', 'json')
              OR NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) THEN NULL
            WHEN has_table_privilege('scip_anonymous', c.oid, 'SELECT') OR t.typname = 'url' THEN 'listed' ELSE 'at_once' END AS rule
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type base ON base.oid = t.typbasetype
LEFT JOIN pg_type element ON element.oid = coalesce(nullif(base.typelem, 0), t.typelem)
LEFT JOIN kept k ON k."table" = c.relname AND coalesce(k."column", a.attname) = a.attname
CROSS JOIN LATERAL (SELECT CASE
  WHEN coalesce(element.typname, t.typname) IN ('slug', 'code', 'partial_date', 'quarter_name', 'year_name', 'doi', 'isbn', 'language')
    THEN 'codes, dates and addresses: ' || coalesce(element.typname, t.typname)
  WHEN EXISTS (SELECT FROM pg_constraint x LEFT JOIN pg_class f ON f.oid = x.confrelid
               WHERE x.conrelid = c.oid AND x.conkey = ARRAY[a.attnum] AND (f.relnamespace = 'term'::regnamespace
                    OR x.contype = 'c' AND pg_get_constraintdef(x.oid) ~ format('^CHECK \(\(+%s (= ANY \(|<@ )\(?ARRAY\[', a.attname)))
    OR EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgfoid = 'scip.check_terms'::regproc AND g.tgattr[0] = a.attnum
               AND t.typcategory = 'A')
    THEN 'one of a list' END AS reason) code
WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'p')
  AND (t.typcategory = 'S' OR t.typcategory = 'A' AND (element.typcategory = 'S' OR element.typname IN ('json', 'jsonb', 'bytea'))
       OR coalesce(base.typname, t.typname) IN ('json', 'jsonb', 'xml', 'bytea'));
CREATE VIEW scip.redactions WITH (security_invoker) AS
SELECT r.id, r.href AS record, r."column" AS field, r.reason,
       scip.link('hubs', h.slug, h.name) AS hub,
       r.at AS redacted_at, r.at AS updated_at, '/v1/redactions/' || r.id AS href
FROM scip.redaction r LEFT JOIN scip.hub h ON h.id = r.hub_id WHERE r.person_id IS NULL;

-- What is done again after a restore, a line each: who was erased when; what was decided of a mention; what was redacted, by digest.
CREATE VIEW scip.replayable WITH (security_invoker) AS
SELECT e.person_id AS who, e.at, NULL AS rest FROM scip.erasure e
UNION ALL
SELECT coalesce(r.person_id, r.id), r.decided_at,
       concat_ws(' ', coalesce(r.match, r.words || ':' || encode(r.digest, 'hex')), r.decision, r."table", r."column", r.record)
FROM scip.redaction r WHERE r.decision IS NOT NULL AND (r.person_id IS NOT NULL OR r.digest IS NOT NULL);
CREATE VIEW scip.retention WITH (security_invoker) AS
SELECT 'removal' AS kind, substr(p.proname, 8) AS name, part[1] AS retention, part[2] AS removes,
       (SELECT r.at FROM scip.removal r WHERE r.kind = substr(p.proname, 8) ORDER BY r.id DESC LIMIT 1) AS last_run_at,
       (SELECT sum(r.removed)::int FROM scip.removal r WHERE r.kind = substr(p.proname, 8)) AS removed
FROM pg_proc p LEFT JOIN LATERAL regexp_match(obj_description(p.oid, 'pg_proc'), '^retention: kept=([^;]+); what=([^;]+)$') part ON true
WHERE p.pronamespace = 'scip'::regnamespace AND p.proname ~ '^retain_' AND p.pronargs = 0
UNION ALL
SELECT 'history', c.relname::text, scip.history_kept(c.oid)::text, NULL, NULL, NULL
FROM pg_class c WHERE c.relnamespace = 'scip'::regnamespace AND scip.history_kept(c.oid) IS NOT NULL;
GRANT SELECT ON scip.objections, scip.breaches, scip.processing, scip.redactions, scip.retention TO scip_caller;
