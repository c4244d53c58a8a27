-- Places that were attended, not booked.
SELECT NULL, 1, NULL, s.day, s.hub_id, scip.one_nation(h.nations), c.slug,
       CASE WHEN s.status = 'cancelled' THEN 'session that was cancelled' WHEN b.status = 'cancelled' THEN 'booking that was cancelled'
            WHEN b.status = 'waiting' THEN 'waiting list' WHEN NOT b.attended THEN 'did not come' WHEN b.attended IS NULL
              THEN 'attendance not recorded' END,
       '/v1/bookings/' || b.id
FROM known.booking(known_at) b JOIN known.training_session(known_at) s ON s.id = b.session_id
  JOIN known.course(known_at) c ON c.id = s.course_id
LEFT JOIN known.hub(known_at) h ON h.id = s.hub_id
WHERE s.day BETWEEN first_day AND last_day
