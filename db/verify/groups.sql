BEGIN;
SELECT slug, kind, status, starts, ends FROM scip.alliance_group WHERE false;
SELECT group_id, organisation_id FROM scip.group_organisation WHERE false;
ROLLBACK;
