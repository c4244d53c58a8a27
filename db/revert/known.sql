BEGIN;
SET LOCAL client_min_messages = warning;
DROP SCHEMA known CASCADE;
DROP TABLE scip.history_start;
DROP INDEX scip.history_table_id_idx;
COMMIT;
