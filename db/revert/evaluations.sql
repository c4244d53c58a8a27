BEGIN;
DROP VIEW scip.hub_evaluations;
DROP TABLE scip.hub_evaluation_answer, scip.hub_evaluation_figure, scip.evaluation_question, scip.evaluation_metric;
DROP TRIGGER step_evaluation ON scip.hub_evaluation;
DROP TRIGGER guard_evaluation ON scip.hub_evaluation;
DROP POLICY remove ON scip.hub_evaluation;
DROP POLICY change ON scip.hub_evaluation;
DROP POLICY add ON scip.hub_evaluation;
REVOKE INSERT (hub_id, year), UPDATE (status, return_note), DELETE ON scip.hub_evaluation FROM scip_writer;
ALTER TABLE scip.hub_evaluation DROP COLUMN returned_at CASCADE, DROP COLUMN return_note CASCADE;
DROP FUNCTION scip.record_hub_evaluation CASCADE;
CALL scip.keep_records('hub_evaluation', NULL, 'NULL', 'NULL');
DELETE FROM scip.kind_address WHERE kind = 'hub_evaluation';
DROP FUNCTION scip.guard_evaluation_part, scip.step_evaluation, scip.guard_evaluation, scip.published_answers, scip.begin_evaluation, scip.change_evaluation,
  scip.evaluation_gaps, scip.evaluation_derived, scip.hub_at_work, scip.record_hub_evaluation_answer, scip.record_hub_evaluation_figure,
  scip.record_evaluation_question, scip.record_evaluation_metric;
COMMIT;
