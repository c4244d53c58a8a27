-- A place, or the end of the waiting list.
SELECT CASE WHEN NOT scip.book(:session, :new_id, :body) THEN 404 END AS _status, '/v1/bookings/' || :new_id AS _location
