-- How items are shown; one whose record was deleted as it was called.
CREATE VIEW scip.use_items WITH (security_invoker) AS
SELECT i.id, i.kind, coalesce(d.slug, r.slug, i.slug)::text AS slug, coalesce(d.id, r.id) IS NOT NULL AS live,
       scip.kind_link(i.kind, coalesce(d.slug, r.slug, i.slug), coalesce(d.title, r.title)) AS item
FROM scip.use_item i
LEFT JOIN scip.document d ON i.kind = 'document' AND d.id = i.record_id
LEFT JOIN scip.resource r ON i.kind = 'resource' AND r.id = i.record_id;
GRANT SELECT ON scip.use_items TO scip_anonymous, scip_caller;

-- Both as they are shown. slug NULL: of everything; live: not of a deleted record that had that slug.
CREATE FUNCTION scip.usage_rows(kind text, slug text, live boolean, agent text, "from" text, "to" text, by text[], OUT item json,
  OUT period text, OUT agent_of text, OUT basis text, OUT total_item_investigations bigint, OUT unique_item_investigations bigint,
  OUT total_item_requests bigint, OUT unique_item_requests bigint, OUT item_key text) RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT i.item, f.period, f.agent_of, f.basis, f.ti, f.ui, f.tr, f.ur, coalesce(i.kind || '/' || i.slug || '/' || i.id, '')
  FROM scip.usage_figures(
      CASE WHEN usage_rows.slug IS NOT NULL THEN ARRAY(SELECT x.id FROM scip.use_items x
        WHERE x.slug = usage_rows.slug AND (x.live OR NOT usage_rows.live)
                                                       AND (usage_rows.kind IS NULL OR x.kind = usage_rows.kind)) END,
      usage_rows.kind, usage_rows.agent, scip.named_month("from"), scip.named_month("to"), coalesce(usage_rows.by, '{month,agent}')) f
  LEFT JOIN scip.use_items i ON i.id = f.item_id
  UNION ALL
  SELECT scip.kind_link('document', c.item, d.title), c.period, c.agent_of, 'historical', NULL, NULL, c.value::bigint, NULL,
         coalesce('document/' || c.item || '/', '')
  FROM scip.historical_usage(usage_rows.slug, 'research_documents_downloaded', usage_rows.agent, scip.named_month("from"),
    scip.named_month("to")) c
  LEFT JOIN scip.document d ON d.slug = c.item
  WHERE usage_rows.kind IS DISTINCT FROM 'resource';
$$;
GRANT EXECUTE ON FUNCTION scip.usage_rows TO scip_anonymous, scip_caller;
