BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.self_assessment_sums, scip.training_figures, scip.share, scip.training_period,
  scip.headline_comparison, scip.metric_explain, metric.citation, metric.csv, scip.metric_values, metric.breakdowns,
  scip.metric_answer, metric.question, metric.rows, metric.faults, metric.hub, metric.quoted_period, metric.quoted, metric.spans,
  metric.answer, scip.make_release, metric.cuts_year, metric.publish, metric.publish_answers, metric.publish_ratings,
  metric.publish_beside, metric.publish_rounded, metric.pieces, metric.rounded_answers, metric.rounded,
  scip.record_release, scip.release_keep_released CASCADE;
DROP TABLE scip.release_cell, scip.release CASCADE;
DROP TYPE metric.span, metric.cell, metric.published;
DELETE FROM scip.kind_address WHERE kind IN ('release');
DELETE FROM scip.record_kind WHERE "table" IN ('release');
COMMIT;
