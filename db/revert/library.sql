BEGIN;
DROP TABLE scip.policy_contribution, scip.news, scip.document;
COMMIT;
