BEGIN;
DROP VIEW scip.corrections;
DROP TABLE scip.correction CASCADE;
DROP FUNCTION scip.record_correction, scip.correct_record, scip.is_corrected;
COMMIT;
