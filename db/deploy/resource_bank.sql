-- A resource whose exact title was not found says so, as documents do.
BEGIN;

ALTER TABLE scip.resource ADD COLUMN title_is_descriptive boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN scip.resource.title_is_descriptive IS 'True where no exact title was found';

CREATE OR REPLACE VIEW scip.resources WITH (security_invoker) AS
SELECT r.slug, r.title, r.title_cy, r.summary, r.summary_cy, r.kind,
       (SELECT json_build_object('slug', p.slug, 'name', p.name, 'href', '/v1/toolkit/principles/' || p.slug)
        FROM scip.toolkit_principle p WHERE p.id = r.principle_id) AS principle,
       r.tier, array_to_json(r.phases) AS phases, array_to_json(r.nations) AS nations, array_to_json(r.authors) AS authors,
       r.publisher, r.published::text, scip.precision(r.published) AS published_precision, r.language, r.format, r.licence,
       r.accessibility, r.url, r.embargo_until, scip.availability(r.withdrawn_at, r.embargo_until) AS status,
       array_to_json(r.sources) AS sources, r.confidence, '/v1/resources/' || r.slug AS href, r.version AS _version,
       r.id AS _id, r.title_sort AS _sort, r.published_on AS _published_on, r.phases AS _phases, r.nations AS _nations,
       (SELECT p.slug FROM scip.toolkit_principle p WHERE p.id = r.principle_id) AS _principle,
       r.title_is_descriptive, r.words AS _words
FROM scip.resource r
WHERE r.withdrawn_at IS NULL;

COMMIT;
