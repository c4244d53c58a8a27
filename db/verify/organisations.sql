BEGIN;
SELECT slug, name, uk_wide, region_id FROM scip.organisation WHERE false;
SELECT organisation_id, kind, name FROM scip.organisation_name WHERE false;
SELECT organisation_id, category, starts, ends FROM scip.organisation_category WHERE false;
SELECT organisation_id, identifier FROM scip.organisation_identifier WHERE false;
SELECT organisation_id, role, starts, ends FROM scip.organisation_partnership WHERE false;
SELECT slug, organisation_id FROM scip.organisation_former_slug WHERE false;
SELECT scip.is_demonstration();
ROLLBACK;
