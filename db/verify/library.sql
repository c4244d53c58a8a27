BEGIN;
SELECT slug, authors, year, published_on FROM scip.document WHERE false;
SELECT slug, section, published_on FROM scip.news WHERE false;
SELECT slug, kind, body, published_on FROM scip.policy_contribution WHERE false;
ROLLBACK;
