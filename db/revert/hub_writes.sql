BEGIN;
DROP VIEW scip.hub_leads;
ALTER TABLE scip.hub_lead DROP COLUMN uid;
DROP TRIGGER check_hub_status ON scip.hub_status;
DROP TRIGGER keep_former_name ON scip.hub;
DROP TRIGGER guard_profile ON scip.hub;
DROP POLICY lead_update ON scip.hub;
DROP FUNCTION scip.check_hub_status, scip.keep_former_name, scip.guard_hub_profile, scip.patched_page, scip.set_hub_parts;
COMMIT;
