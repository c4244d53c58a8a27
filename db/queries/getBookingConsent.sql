-- The last that was given.
SELECT scip.link_id('bookings', c.booking_id, c.booking_id) AS booking,
       json_build_object('version', c.text_version, 'href', '/v1/training/consent-texts/' || c.text_version) AS text, c.given_at,
       c.withdrawn_at, coalesce(c.withdrawn_at, c.given_at) AS updated_at
FROM scip.booking_consent c
WHERE c.booking_id = :id
ORDER BY c.id DESC
LIMIT 1
