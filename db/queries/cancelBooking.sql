-- The place goes to the next who waits.
SELECT CASE WHEN NOT scip.cancel_booking(:id) THEN 404 END AS _status
