-- Shown this once, and kept as its hash. The secrets before it end in some hours; no more than two live at a time
-- (trigger keep_two).
WITH own AS (
  SELECT id, subject FROM scip.account WHERE id = :id AND issuer = 'self' FOR NO KEY UPDATE
), ended AS (
  UPDATE scip.client_secret s SET ends_at = least(s.ends_at, now() + coalesce(:old_secret_valid_hours, 24) * interval '1 hour')
  FROM own WHERE s.account_id = own.id
), made AS (
  INSERT INTO scip.client_secret (account_id, sha256) SELECT id, sha256(convert_to(:new_secret, 'UTF8')) FROM own
  RETURNING created_at
)
SELECT own.subject AS client_id, :new_secret AS secret, made.created_at AS "from" FROM own, made
