DELETE FROM scip.booking_need WHERE booking_id = :id RETURNING NULL::int AS _status
