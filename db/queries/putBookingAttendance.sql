SELECT CASE WHEN NOT scip.mark_attendance(session_id, jsonb_build_array(jsonb_build_object('booking', id, 'attended', :body -> 'attended')))
            THEN 403 END AS _status
FROM scip.booking
WHERE id = :id
