BEGIN;
SELECT slug, gss_code, nation, longitude, latitude FROM scip.region WHERE false;
ROLLBACK;
