BEGIN;
SELECT slug, ordinal, name FROM scip.toolkit_principle WHERE false;
SELECT slug, kind, ordinal, value FROM scip.toolkit_fact WHERE false;
ROLLBACK;
