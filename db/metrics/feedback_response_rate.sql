-- Delegates who gave feedback, of those who were there.
SELECT NULL, 1, (f.booking_id IS NOT NULL)::int, s.day, NULL, NULL, NULL, NULL, '/v1/bookings/' || b.id
FROM known.booking(known_at) b JOIN known.training_session(known_at) s ON s.id = b.session_id
LEFT JOIN known.feedback(known_at) f ON f.booking_id = b.id
WHERE b.attended AND s.status <> 'cancelled' AND s.day BETWEEN first_day AND last_day
