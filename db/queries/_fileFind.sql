-- A file as anybody may have it, or the status that stands in its way. A Hub's and the Alliance's own are no items whose uses count.
SELECT CASE WHEN i.state = 'withdrawn' THEN 410 WHEN f._id IS NULL THEN 404 WHEN i.state <> 'available' THEN 403 END AS status,
       i.embargo_until, i.item, f._id AS file, f.name, f.media_type, f.size, f.sha256
FROM (SELECT 'document:' || d.id AS item, 'documents/' || d.id AS id, d.embargo_until,
             scip.file_state(NULL, d.withdrawn_at, d.embargo_until) AS state
      FROM scip.document d WHERE :collection = 'documents' AND d.slug = :slug
      UNION ALL
      SELECT 'resource:' || r.id, 'resources/' || r.id, r.embargo_until, scip.file_state(NULL, r.withdrawn_at, r.embargo_until)
      FROM scip.resource r WHERE :collection = 'resources' AND r.slug = :slug
      UNION ALL
      SELECT NULL, 'hubs/' || h.id, NULL, scip.file_state(h.id, NULL, NULL) FROM scip.hub h WHERE :collection = 'hubs' AND h.slug = :slug
      UNION ALL SELECT NULL, 'branding/' || :slug, NULL, 'available' WHERE :collection = 'branding' AND scip.branding_open()) i
LEFT JOIN scip.files f ON f.name = normalize(:name) AND f._item = i.id
