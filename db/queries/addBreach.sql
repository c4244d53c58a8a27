INSERT INTO scip.breach (id, what, discovered_at, began_at, data, people, risk, consequences, measures, reported_at, not_reported_because,
  people_told_at, people_not_told_because, closed_at)
SELECT :new_id, b.what, b.discovered_at, b.began_at, b.data, b.people, b.risk, b.consequences, b.measures, b.reported_at, b.not_reported_because,
       b.people_told_at, b.people_not_told_because, b.closed_at
FROM jsonb_populate_record(NULL::scip.breach, :body) b
RETURNING '/v1/privacy/breaches/' || id AS _location
