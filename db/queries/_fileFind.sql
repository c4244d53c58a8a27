-- A file as anybody may have it, or the status that stands in its way.
SELECT CASE WHEN i.state = 'withdrawn' THEN 410 WHEN f._id IS NULL THEN 404 WHEN i.state = 'embargoed' THEN 403 END AS status,
       i.embargo_until, i.item, f._id AS file, f.name, f.media_type, f.size, f.sha256
FROM (SELECT 'document:' || d.id AS item, d.id AS document_id, NULL::bigint AS resource_id, d.embargo_until,
             scip.availability(d.withdrawn_at, d.embargo_until) AS state
      FROM scip.document d WHERE d.slug = :document
      UNION ALL
      SELECT 'resource:' || r.id, NULL, r.id, r.embargo_until, scip.availability(r.withdrawn_at, r.embargo_until)
      FROM scip.resource r WHERE r.slug = :resource) i
LEFT JOIN scip.files f ON f.name = normalize(:name) AND (f._document_id = i.document_id OR f._resource_id = i.resource_id)
