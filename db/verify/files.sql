BEGIN;
SELECT name, media_type, size, sha256, available_from, uploaded_at, href, _id FROM scip.files WHERE false;
SELECT file_id, n, bytes FROM scip.file_chunk WHERE false;
SELECT id, begun_at FROM scip.upload WHERE false;
SELECT 1 / (scip.uri_segment('Áé b.pdf') = '%C3%81%C3%A9%20b.pdf')::int;
SELECT 1 / (NOT has_table_privilege('scip_anonymous', 'scip.upload', 'SELECT') AND NOT has_table_privilege('scip_writer', 'scip.file_chunk', 'DELETE'))::int;
ROLLBACK;
