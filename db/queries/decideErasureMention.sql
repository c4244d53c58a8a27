SELECT CASE WHEN NOT scip.decide_mention(:person, :id, :decision) THEN 404 END AS _status
