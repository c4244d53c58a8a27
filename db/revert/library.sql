BEGIN;
DROP TABLE scip.policy_contribution, scip.news, scip.document;
DROP FUNCTION scip.are_authors, scip.author;
COMMIT;
