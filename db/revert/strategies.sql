BEGIN;
DROP TABLE scip.headline_figure, scip.strategy_theme, scip.strategy;
DROP FUNCTION scip.refuse_change;
COMMIT;
