-- They replace what was there.
SELECT CASE WHEN NOT scip.set_needs(:id, :body, true) THEN 404 END AS _status
