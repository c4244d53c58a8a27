SELECT CASE WHEN NOT scip.withdraw_consent(:id) THEN 404 END AS _status
