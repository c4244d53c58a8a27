-- All of them end now; tokens that they have bought last until tokens_from says otherwise.
WITH own AS (
  SELECT id FROM scip.account WHERE id = :id AND issuer = 'self' FOR NO KEY UPDATE
), del AS (
  DELETE FROM scip.client_secret s USING own WHERE s.account_id = own.id
)
SELECT NULL::int AS _status FROM own
