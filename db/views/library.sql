CREATE VIEW scip.news_items WITH (security_invoker) AS
SELECT n.slug, n.title, n.title_source, n.kind, n.published_on::text, scip.precision(n.published_on) AS published_precision,
       n.publisher, n.url, n.status, n.title_cy, n.summary, n.summary_cy, n.body, n.body_cy, n.picture, n.picture_alt, n.picture_alt_cy,
       array_to_json(n.sources) AS sources, n.confidence, n.updated_at, '/v1/news/' || n.slug AS href,
       n.search AS _search, n.published_sort AS _published,
       n.version AS _version
FROM scip.news n;

CREATE VIEW scip.policy_contributions WITH (security_invoker) AS
SELECT p.slug, p.title, p.kind, p.body, p.published_on::text, scip.precision(p.published_on) AS published_precision,
       p.summary, p.outcome, p.url, array_to_json(p.sources) AS sources, p.confidence, p.updated_at,
       '/v1/policy-contributions/' || p.slug AS href, p.search AS _search, p.published_sort AS _published,
       p.version AS _version
FROM scip.policy_contribution p;

CREATE VIEW scip.documents WITH (security_invoker) AS
SELECT d.slug, d.title, d.title_source, array_to_json(d.authors) AS authors, d.year, d.published_on::text,
       scip.precision(d.published_on) AS published_precision, d.publisher, d.kind, d.note, d.commissioned_by, d.url,
       array_to_json(d.sources) AS sources, d.confidence, d.updated_at, '/v1/documents/' || d.slug AS href,
       d.search AS _search, d.published_sort AS _published, d.title_sort AS _sort,
       d.version AS _version,
       d.abstract, d.language, d.licence, d.file_format, d.isbn, d.doi, d.edition, d.embargo_until,
       scip.availability(d.withdrawn_at, d.embargo_until) AS status,
       (SELECT scip.link('documents', o.slug, o.title)
        FROM scip.document o WHERE o.id = d.replaces_id AND o.withdrawn_at IS NULL) AS replaces,
       (SELECT scip.link('documents', o.slug, o.title)
        FROM scip.document o WHERE o.replaces_id = d.id AND o.withdrawn_at IS NULL) AS replaced_by,
       d.id AS _id
FROM scip.document d
WHERE d.withdrawn_at IS NULL;

CREATE VIEW scip.resources WITH (security_invoker) AS
SELECT r.slug, r.title, r.title_cy, r.summary, r.summary_cy, r.kind,
       (SELECT scip.link('toolkit/principles', p.slug, p.name) FROM scip.toolkit_principle p WHERE p.id = r.principle_id) AS principle,
       r.tier, array_to_json(r.phases) AS phases, array_to_json(r.nations) AS nations, array_to_json(r.authors) AS authors,
       r.publisher, r.published_on::text, scip.precision(r.published_on) AS published_precision, r.language, r.file_format, r.licence,
       r.accessibility, r.url, r.embargo_until, scip.availability(r.withdrawn_at, r.embargo_until) AS status,
       array_to_json(r.sources) AS sources, r.confidence, r.updated_at, '/v1/resources/' || r.slug AS href, r.version AS _version,
       r.id AS _id, r.title_sort AS _sort, r.published_sort AS _published, r.phases AS _phases, r.nations AS _nations,
       r.principle_id AS _principle_id,
       r.title_source, r.words AS _words
FROM scip.resource r
WHERE r.withdrawn_at IS NULL;

-- What stands where a record was.
CREATE VIEW scip.withdrawals WITH (security_invoker) AS
SELECT 'document' AS kind, d.slug, d.title, d.withdrawn_at, d.withdrawal_note AS note, '/v1/documents/' || d.slug AS href,
  d.version AS _version, d.updated_at
FROM scip.document d WHERE d.withdrawn_at IS NOT NULL
UNION ALL
SELECT 'resource', r.slug, r.title, r.withdrawn_at, r.withdrawal_note, '/v1/resources/' || r.slug, r.version, r.updated_at
FROM scip.resource r WHERE r.withdrawn_at IS NOT NULL;

-- Both together, to be searched; a document is of no principle and no phase. Of the same types, unconditional: so indexes give the order.
CREATE VIEW scip.library_items WITH (security_invoker) AS
SELECT * FROM (
  SELECT 'documents' AS collection, d.id, d.slug, d.title, NULL::scip.label AS title_cy, d.abstract AS summary, d.authors, d.publisher,
    coalesce(d.year, left(d.published_on, 4)::int) AS year, d.published_on::text, d.kind, NULL::text AS principle, '{}'::text[] AS phases,
    '{}'::text[] AS nations, d.language::text, d.file_format, d.licence::text, d.url::text, '/v1/documents/' || d.slug AS href, d.words,
    scip.availability(d.withdrawn_at, d.embargo_until) AS status, d.published_sort, d.updated_at,
    d.withdrawn_at AS _withdrawn_at FROM scip.document d
  UNION ALL
  SELECT 'resources', r.id, r.slug, r.title, r.title_cy, r.summary, r.authors, r.publisher, left(r.published_on, 4)::int,
    r.published_on::text, r.kind, (SELECT p.slug::text FROM scip.toolkit_principle p WHERE p.id = r.principle_id), r.phases,
    r.nations, r.language::text, r.file_format, r.licence::text, r.url::text, '/v1/resources/' || r.slug, r.words,
    scip.availability(r.withdrawn_at, r.embargo_until), r.published_sort, r.updated_at, r.withdrawn_at FROM scip.resource r) held
WHERE _withdrawn_at IS NULL;

GRANT SELECT ON scip.news_items, scip.policy_contributions, scip.documents, scip.resources, scip.withdrawals, scip.library_items
  TO scip_anonymous, scip_caller;

CREATE VIEW scip.files WITH (security_invoker) AS
SELECT f.name::text, f.media_type, f.size, encode(f.sha256, 'hex') AS sha256,
       coalesce(d.embargo_until, r.embargo_until) AS available_from, f.created_at AS uploaded_at,
       f.created_at AS updated_at, '/v1/' || scip.file_key(f.item, f.name) AS href,
       f.id AS _id, f.document_id AS _document_id, f.resource_id AS _resource_id, f.hub_id AS _hub_id, f.item AS _item
FROM scip.file f LEFT JOIN scip.document d ON d.id = f.document_id LEFT JOIN scip.resource r ON r.id = f.resource_id
WHERE f.ended_at IS NULL;
-- As the list shows it, for who has just written it.
CREATE VIEW scip.file_answers WITH (security_invoker) AS
SELECT f._id, f._item, f.href, json_build_object('name', f.name, 'media_type', f.media_type, 'size', f.size, 'sha256', f.sha256,
  'available_from', f.available_from, 'uploaded_at', t.at, 'updated_at', t.at, 'href', f.href) AS answer
FROM scip.files f, to_char(f.uploaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') t (at);
CREATE VIEW scip.branding_assets WITH (security_invoker) AS
SELECT b.slug::text, b.title::text, b.title_cy::text, b.usage, b.usage_cy,
       coalesce((SELECT json_agg(a.answer ORDER BY a.href) FROM scip.file_answers a WHERE a._item = 'branding/' || b.slug), '[]') AS files,
       b.updated_at, '/v1/branding/' || b.slug AS href, b.version AS _version
FROM scip.branding b WHERE scip.branding_open();
GRANT SELECT ON scip.files TO scip_anonymous, scip_caller;
GRANT SELECT ON scip.file_answers, scip.branding_assets TO scip_caller;
