BEGIN;
DROP FUNCTION scip.is_demonstration;
DROP TABLE scip.organisation_former_slug, scip.organisation_partnership, scip.organisation_identifier,
  scip.organisation_category, scip.organisation_name, scip.organisation;
DROP FUNCTION scip.org_id;
COMMIT;
