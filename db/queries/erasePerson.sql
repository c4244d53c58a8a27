WITH gone AS MATERIALIZED (
  SELECT id, scip.erase_person(id) FROM scip.person WHERE id = :id
)
SELECT NULL::int AS _status FROM gone
