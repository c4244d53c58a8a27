BEGIN;
SET LOCAL client_min_messages = warning;
REVOKE EXECUTE ON FUNCTION scip.period_name FROM scip_anonymous;
DROP FUNCTION scip.network_document, scip.page_style, scip.page_bar, scip.page_paragraphs, scip.page_change, scip.page_cell, scip.page_title, scip.page_words, scip.page_number,
  scip.network_progress, scip.network_evaluation, scip.network_cells;
DROP VIEW scip.network_evaluations;
DROP FUNCTION scip.network_return_counts, scip.network_returns;
COMMIT;
