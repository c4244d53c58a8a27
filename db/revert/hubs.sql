BEGIN;
DROP TABLE scip.hub_former_slug, scip.hub_lead, scip.hub_status, scip.hub_name, scip.hub_region, scip.hub;
DROP FUNCTION scip.check_hub_leads;
COMMIT;
