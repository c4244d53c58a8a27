BEGIN;
DROP TRIGGER guard_kept ON scip.idempotency;
DROP FUNCTION scip.retain, scip.held_about, scip.erase_person, scip.erase, scip.guard_kept, scip.correct;
DROP TABLE scip.change_cut;
COMMIT;
