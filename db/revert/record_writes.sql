BEGIN;
DROP FUNCTION scip.reference, scip.set_organisation_parts, scip.set_group_organisations, scip.set_strategy_themes, scip.lock_figure;
COMMIT;
