BEGIN;
DROP VIEW scip.hub_members, scip.hub_quorum_rules;
DROP TRIGGER guard_quorum ON scip.hub_quorum;
DROP TRIGGER lock_hub ON scip.hub_membership;
DROP INDEX scip.person_email;
DROP FUNCTION scip.guard_quorum, scip.quorate, scip.quorum_of, scip.known_person, scip.person_for, scip.lock_hub_of_member, scip.lock_people;
COMMIT;
