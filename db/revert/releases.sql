BEGIN;
SET LOCAL client_min_messages = warning;
DROP FUNCTION scip.make_release;
DROP FUNCTION metric.cuts_year, metric.publish, metric.publish_answers, metric.publish_ratings, metric.publish_beside, metric.publish_rounded, metric.pieces, metric.rounded,
  metric.rounded_answers;
DROP TYPE metric.published;
DROP TABLE scip.release_cell, scip.release;
DROP FUNCTION scip.keep_released, scip.record_release;
DELETE FROM scip.kind_address WHERE kind = 'release';
DELETE FROM scip.history WHERE "table" = 'release';
COMMIT;
