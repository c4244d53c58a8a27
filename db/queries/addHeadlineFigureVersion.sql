-- The next version of a figure. The one in force is locked and read again, so that two never follow the same one.
WITH own AS MATERIALIZED (
  SELECT scip.lock_figure(:slug) AS version
), made AS (
  INSERT INTO scip.headline_figure (
    slug, version, metric, definition_version, kind, title, period_text, period_starts, period_ends, as_of,
    value, unit, qualifier, hub_id, event_id, organisation_id, sources, confidence)
  SELECT :slug, own.version + 1, p.metric, coalesce(p.definition_version, 1), p.kind, p.title, :body ->> 'period', :from,
         :to, p.as_of, p.value, p.unit, p.qualifier,
         CASE s.kind WHEN 'hub' THEN scip.reference('hub', s.slug) END,
         CASE s.kind WHEN 'event' THEN scip.reference('event', s.slug) END,
         CASE s.kind WHEN 'organisation' THEN scip.reference('organisation', s.slug) END, p.sources, p.confidence
  FROM own, jsonb_populate_record(NULL::scip.headline_figure, :body) p,
    jsonb_to_record(coalesce(nullif(:body -> 'subject', 'null'), '{}')) s (kind text, slug text)
  WHERE own.version IS NOT NULL AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/headline-figures/' || :slug AS _location
FROM own
WHERE version IS NOT NULL
