BEGIN;
SELECT slug, name, nations, launched FROM scip.hub WHERE false;
SELECT hub_id, region_id FROM scip.hub_region WHERE false;
SELECT hub_id, kind, name FROM scip.hub_name WHERE false;
SELECT hub_id, status, starts, ends, evidence FROM scip.hub_status WHERE false;
SELECT hub_id, organisation_id, standing, period, evidence FROM scip.hub_lead WHERE false;
SELECT slug, hub_id FROM scip.hub_former_slug WHERE false;
SELECT 'scip.check_hub_leads'::regproc;
ROLLBACK;
