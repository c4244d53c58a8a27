BEGIN;
SELECT id, person, sector, "from", "to", current, _version FROM scip.hub_members WHERE false;
SELECT "from", sectors, minimum, _version FROM scip.hub_quorum_rules WHERE false;
SELECT 1/(NOT (scip.quorate(0, '2024-09-01', NULL)).quorate)::int;
SELECT 1/((scip.quorum_of(0, '2024-09-01')).minimum = 4)::int;
SELECT 1/(count(*) = 1)::int FROM pg_trigger WHERE tgname = 'lock_hub';
ROLLBACK;
