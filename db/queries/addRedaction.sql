SELECT CASE WHEN made THEN '/v1/redactions/' || :new_id END AS _location, CASE WHEN NOT made THEN 404 END AS _status
FROM scip.add_redaction(:new_id, :record, :field, :words, :reason) made
