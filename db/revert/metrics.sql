BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.event_nation, scip.one_nation, scip.record_metric, scip.import_historical_totals,
  scip.read_historical_totals, scip.refuse_overlaps, scip.lock_metrics, scip.total_overlaps, scip.total_days,
  scip.total_period, scip.record_historical_total, scip.note_of_total, scip.record_historical_metric,
  scip.historical_total_guard_historical_total, scip.historical_total_notify_historical_totals CASCADE;
DROP TABLE scip.metric_definition, scip.metric, scip.history_start, scip.historical_total, scip.historical_metric CASCADE;
DROP SCHEMA recorded, sum, facts, fact, metric, known CASCADE;
DELETE FROM scip.kind_address WHERE kind IN ('historical_totals', 'historical_total', 'metric');
DELETE FROM scip.record_kind WHERE "table" IN ('historical_metric', 'historical_total', 'metric');
COMMIT;
