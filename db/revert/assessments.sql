BEGIN;
SET LOCAL client_min_messages = warning;
DROP FUNCTION scip.import_closed_totals, scip.read_closed_totals;
DROP VIEW scip.closed_totals, scip.past_totals, scip.self_assessments;
DROP POLICY read ON scip.closed_total;
REVOKE SELECT (id, metric, period, hub_id, item, class, value, sources) ON scip.closed_total FROM scip_anonymous;
DROP TRIGGER note_totals ON scip.closed_total;
DROP TRIGGER refuse_overlaps ON scip.closed_total;
DROP TRIGGER refuse_overlaps_too ON scip.closed_total;
DROP TRIGGER guard_closed_total ON scip.closed_total;
DROP TRIGGER guard_self_assessment ON scip.self_assessment;
DROP FUNCTION scip.guard_closed_total, scip.refuse_overlaps, scip.lock_metrics, scip.total_overlaps, scip.total_days, scip.total_period, scip.note_totals,
  scip.set_self_assessments, scip.guard_self_assessment, scip.principle;
ALTER TABLE scip.closed_total DROP CONSTRAINT closed_total_metric, DROP CONSTRAINT closed_total_size, DROP COLUMN what;
DROP FUNCTION scip.record_closed_metric CASCADE;
DROP TABLE scip.closed_metric;
DROP INDEX scip.self_assessment_assessed_on_id_idx, scip.organisation_category_organisation_id_category_idx;
DELETE FROM scip.kind_address WHERE kind = 'past_totals';
ALTER TABLE scip.kind_address DROP CONSTRAINT kind_address_prefix_check,
  ADD CONSTRAINT kind_address_prefix_check CHECK (prefix ~ '^/v1/([a-z/-]+/)?$');
COMMIT;
