-- Those who asked last come first.
SELECT issuer, subject, first_asked_at, last_asked_at, asked, last_asked_at AS _after_at, issuer AS _after_issuer, subject AS _after_subject
FROM scip.unknown_account
WHERE (:issuer IS NULL OR issuer = :issuer)
  AND (:after_subject IS NULL OR (last_asked_at, issuer, subject) < (:after_at::timestamptz, :after_issuer, :after_subject))
ORDER BY last_asked_at DESC, issuer DESC, subject DESC
LIMIT :limit
