-- Makes a Hub that is not applied for here, with its leads, if its slug is free. Without a start and without evidence its status
-- starts today.
WITH made AS (
  INSERT INTO scip.hub (slug, name, nations, blurb, logo, logo_alt, page_url, page, launched_on, launched_text, lead_note, sources,
    confidence)
  SELECT :slug, p.name, p.nations, p.blurb, p.logo, p.logo_alt, p.page_url, scip.patched_page(NULL, :body), p.launched_on,
         p.launched_text, p.lead_note, p.sources, p.confidence
  FROM jsonb_populate_record(NULL::scip.hub, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
), state AS (
  INSERT INTO scip.hub_status (hub_id, status, starts, evidence)
  SELECT id, coalesce(:status, 'proposed'),
         CASE WHEN :status_evidence_on IS NULL THEN coalesce(:status_from, scip.today()::text) ELSE :status_from END,
         :status_evidence_on
  FROM made
), leads AS (
  INSERT INTO scip.hub_lead (hub_id, organisation_id, evidence_kind, period, note, sources, confidence)
  SELECT made.id, scip.reference('organisation', l.organisation), 'dated', daterange(l."from", l."to", '[]'), l.note,
         coalesce(l.sources, ARRAY['The central team']), coalesce(l.confidence, 'high')
  FROM made, jsonb_to_recordset(coalesce(:body -> 'leads', '[]')) l (organisation text, "from" date, "to" date, note text, sources text[],
      confidence text)
), parts AS MATERIALIZED (
  SELECT scip.set_hub_parts(id, :body) FROM made
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM parts) THEN 412 END AS _status, '/v1/hubs/' || :slug AS _location
