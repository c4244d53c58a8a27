BEGIN;
DROP PROCEDURE scip.keep_former_slugs, scip.publish;
DROP FUNCTION scip.refuse_live_slug, scip.retire_slug, scip.touch, scip.is_now, scip.today;
DROP DOMAIN scip.sources, scip.confidence, scip.nation, scip.url, scip.label, scip.code, scip.slug;
DROP FUNCTION scip.is_line, scip.shows, scip.sought, scip.searched, scip.unhyphened, scip.spell, scip.fold, scip.plain, scip.visible, scip.precision, scip.are_days, scip.latest, scip.earliest;
DROP DOMAIN scip.partial_date;
DROP FUNCTION scip.is_partial_date;
COMMIT;
