SELECT n.booking_id AS booking, needs.dietary, needs.access
FROM scip.booking_need n, scip.needs_of(n.booking_id) needs
WHERE n.booking_id = :id
