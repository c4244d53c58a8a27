CREATE VIEW scip.record_links WITH (security_invoker) AS
SELECT l.id, l.relation, scip.linked(l.from_record) AS from_record, scip.linked(l.to_record) AS to_record, l.linked_on, l.updated_at,
  '/v1/links/' || l.id AS href, l.version AS _version, l.from_record AS _from, l.to_record AS _to FROM scip.record_link l;
GRANT SELECT ON scip.record_links TO scip_anonymous, scip_caller;
