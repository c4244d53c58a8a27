-- Shown this once, and kept as its hash.
SELECT :new_secret AS token, '/v1/feedback' AS href, CASE WHEN NOT scip.link_feedback(:id, :new_secret) THEN 404 END AS _status
