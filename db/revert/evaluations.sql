BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.record_programme_evaluation, scip.refuse_evaluation,
  scip.part_name, scip.published_answers, scip.change_evaluation,
  scip.evaluation_gaps, scip.evaluation_derived, scip.hub_operated, scip.record_hub_evaluation_answer,
  scip.record_hub_evaluation_figure, scip.record_evaluation_question, scip.record_evaluation_metric,
  scip.record_hub_evaluation, scip.hub_evaluation_guard_removal, scip.hub_evaluation_guard_evaluation,
  scip.hub_evaluation_step_evaluation, scip.hub_evaluation_figure_guard_part CASCADE;
DROP TABLE scip.programme_evaluation, scip.hub_evaluation_answer, scip.hub_evaluation_figure, scip.hub_evaluation, scip.evaluation_question,
  scip.evaluation_metric CASCADE;
DROP FUNCTION scip.same_parts, scip.parts_sum;
DELETE FROM scip.kind_address WHERE kind IN ('hub_evaluation', 'programme_evaluation');
DELETE FROM scip.record_kind WHERE "table" IN ('hub_evaluation', 'evaluation_metric', 'evaluation_question',
  'hub_evaluation_figure', 'hub_evaluation_answer', 'programme_evaluation');
COMMIT;
