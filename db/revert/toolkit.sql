BEGIN;
DROP TABLE scip.toolkit_fact, scip.toolkit_principle;
COMMIT;
