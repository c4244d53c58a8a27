-- All that the files of this folder make or once made, for who makes them again, and for changes that alter or remove what they read.
DROP FUNCTION IF EXISTS scip.usage_rows, scip.network_document, scip.page_paragraphs, scip.page_change, scip.page_bar,
  scip.page_row, scip.page_cell, scip.page_title, scip.page_value, scip.page_words, scip.page_number, scip.page_filled,
  scip.page_style, scip.landing_page, scip.page_part, scip.network_progress, scip.network_evaluation, scip.network_cells,
  scip.network_return_counts, scip.network_returns;
DO $$
DECLARE
  views text := (SELECT string_agg(oid::regclass::text, ', ') FROM pg_class WHERE relnamespace = 'scip'::regnamespace AND relkind = 'v');
BEGIN
  IF views IS NOT NULL THEN
    EXECUTE 'DROP VIEW ' || views;
  END IF;
END $$;
