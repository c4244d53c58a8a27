BEGIN;
DROP TABLE scip.group_organisation, scip.alliance_group;
COMMIT;
