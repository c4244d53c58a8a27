-- All of them or none.
SELECT CASE WHEN NOT scip.mark_attendance(:id, :body -> 'items') THEN 404 END AS _status
