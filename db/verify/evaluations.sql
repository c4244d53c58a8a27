BEGIN;
SELECT hub_id, year, status, submitted_at FROM scip.hub_evaluation WHERE false;
SELECT category, ordinal, metric, title, restricted, breakdown FROM scip.evaluation_metric WHERE false;
SELECT code, ordinal, title, required FROM scip.evaluation_question WHERE false;
SELECT programme_id, year, summary, document_id, published_at FROM scip.programme_evaluation WHERE false;
SELECT evaluation_id, metric, derived, value, reason, derived_parts, parts FROM scip.hub_evaluation_figure WHERE false;
SELECT evaluation_id, question, text FROM scip.hub_evaluation_answer WHERE false;
SELECT 'scip.evaluation_derived'::regproc, 'scip.change_evaluation'::regproc;
SELECT 1 / (count(*) = 0)::int FROM scip.published_answers('1999-00');
SELECT 1 / (NOT has_column_privilege('scip_writer', 'scip.hub_evaluation', 'submitted_at', 'UPDATE')
            AND NOT has_table_privilege('scip_writer', 'scip.hub_evaluation_figure', 'INSERT'))::int;
ROLLBACK;
