BEGIN;
SET LOCAL client_min_messages = warning;
DELETE FROM scip.kind_address WHERE kind = 'file';
DROP FUNCTION scip.retain_file, scip.delete_file, scip.end_file, scip.begin_file, scip.file_refusal;
DROP VIEW scip.file_answers, scip.files;
DROP TABLE scip.file, scip.file_chunk, scip.upload;
DROP FUNCTION scip.record_file, scip.file_key, scip.uri_segment;
DROP DOMAIN scip.file_name;
COMMIT;
