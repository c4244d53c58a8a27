-- Makes a draft, if its slug is free. Whose it may be is the table's to say; it comes from who writes it, unless the
-- body says more.
WITH made AS (
  INSERT INTO scip.event (slug, title, title_source, kind, status, starts, ends, date_text, starts_at, ends_at, venue, town, nation, online,
    hub_id, organiser_id, programme_id, capacity, accessibility, description, title_cy, description_cy, url, sources, confidence)
  SELECT :slug, p.title, coalesce(p.title_source, 'published'), p.kind, 'draft', p.starts, p.ends, p.date_text, p.starts_at, p.ends_at,
         p.venue, p.town, p.nation, p.online, scip.reference('hub', :hub), scip.reference('organisation', :organiser),
         scip.programme_named(:programme), p.capacity, p.accessibility, p.description, p.title_cy, p.description_cy, p.url,
         coalesce(p.sources, ARRAY[coalesce((SELECT h.name FROM scip.hub h WHERE h.slug = :hub), 'The central team')]), coalesce(p.confidence, 'high')
  FROM jsonb_populate_record(NULL::scip.event, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/events/' || :slug AS _location
