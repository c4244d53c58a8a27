BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.check_terms, scip.terms_with, scip.term_faults, scip.version_of, scip.redacting, scip.link, scip.kind_link, scip.refuse, scip.refuse_live_slug, scip.retire_slug, scip.touch,
  scip.period_end, scip.period_start, scip.written_period, scip.period_name, scip.quarter_start, scip.quarter_end, scip.quarter,
  scip.year_start, scip.is_academic_year, scip.academic_year, scip.is_now, scip.today, scip.is_line, scip.shows, scip.search_term, scip.search_text, scip.unhyphened,
  scip.tokens, scip.fold, scip.plain, scip.visible, scip.precision, scip.are_days, scip.time_sort, scip.date_sort,
  scip.latest, scip.earliest, scip.is_partial_date CASCADE;
DROP PROCEDURE scip.add_retention, scip.add_trigger, scip.hold_to_terms, scip.keep_former_slugs, scip.protect, scip.publish;
DROP SCHEMA ctx, setting CASCADE;
DROP TABLE scip.term;
DROP SCHEMA term;
DROP DOMAIN scip.quarter_name, scip.year_name, scip.sources, scip.url, scip.label, scip.code, scip.slug, scip.partial_date;
COMMIT;
