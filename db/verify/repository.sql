BEGIN;
SELECT abstract, language, licence, embargo_until, withdrawn_at, words FROM scip.document WHERE false;
SELECT slug, title_cy, principle_id, tier, phases, nations, withdrawn_at, words FROM scip.resource WHERE false;
SELECT slug, status, replaces, replaced_by, _id FROM scip.documents WHERE false;
SELECT slug, status, principle, _phases FROM scip.resources WHERE false;
SELECT type, id, slug, status, words FROM scip.holdings WHERE false;
SELECT type, slug, withdrawn_at, _version FROM scip.withdrawals WHERE false;
SELECT 1 / (scip.is_isbn('9780306406157') AND NOT scip.is_isbn('9780306406158'))::int;
ROLLBACK;
