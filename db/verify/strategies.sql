BEGIN;
SELECT slug, period_text, starts, ends FROM scip.strategy WHERE false;
SELECT strategy_id, ordinal, slug FROM scip.strategy_theme WHERE false;
SELECT slug, version, supersedes, value FROM scip.headline_figure WHERE false;
ROLLBACK;
