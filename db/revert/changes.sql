BEGIN;
DROP FUNCTION scip.note_change CASCADE;
DROP PROCEDURE scip.watch;
DROP TABLE scip.change;
COMMIT;
