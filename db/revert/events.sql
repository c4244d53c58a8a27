BEGIN;
DROP TABLE scip.event;
DROP FUNCTION scip.raise_ical_sequence;
COMMIT;
