-- Ends the present status and starts the next; what may follow what is the table's to say.
WITH own AS MATERIALIZED (
  SELECT id FROM scip.hub WHERE slug = :slug FOR NO KEY UPDATE
), next AS (
  SELECT own.id, coalesce(:from, scip.today()::text) AS starts FROM own
), ended AS (
  UPDATE scip.hub_status s SET ends = next.starts FROM next WHERE s.hub_id = next.id AND s.ends IS NULL RETURNING s.hub_id
), made AS (
  INSERT INTO scip.hub_status (hub_id, status, starts, evidence)
  SELECT next.id, :status, next.starts, :evidence_on FROM next WHERE (SELECT count(*) FROM ended) >= 0 -- one after the other
  RETURNING hub_id
)
SELECT '/v1/hubs/' || :slug || '/statuses' AS _location FROM made
