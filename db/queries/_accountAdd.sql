-- The first accounts, from the command line (as the owner of the tables): an account with one role; with a secret
-- it is a client of the service's own.
WITH account AS (
  INSERT INTO scip.account (issuer, subject, label) VALUES (:issuer, :subject, :label) RETURNING id),
role AS (
  INSERT INTO scip.account_role (account_id, role) SELECT id, :role FROM account),
secret AS (
  INSERT INTO scip.client_secret (account_id, sha256) SELECT id, sha256(convert_to(:secret, 'UTF8')) FROM account
  WHERE :secret IS NOT NULL)
SELECT coalesce('client_id ' || :subject || E'\nclient_secret ' || :secret, :subject || ' of ' || :issuer || ' is ' || :role) FROM account
