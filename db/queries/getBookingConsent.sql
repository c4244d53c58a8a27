-- The last that was given.
SELECT c.booking_id AS booking, c.text_version AS version, '/v1/training/consent-texts/' || c.text_version AS text, c.given_at,
       c.withdrawn_at, coalesce(c.withdrawn_at, c.given_at) AS updated_at
FROM scip.booking_consent c
WHERE c.booking_id = :id
ORDER BY c.id DESC
LIMIT 1
