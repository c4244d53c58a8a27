BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.retain_file, scip.delete_file, scip.end_file, scip.begin_file, scip.file_refusal, scip.file_item,
  scip.file_state, scip.record_file, scip.branding_open, ctx.uses_branding, scip.record_branding,
  scip.file_key, scip.uri_segment, scip.ended_lately, scip.record_resource, scip.record_policy_contribution, scip.record_news,
  scip.record_document, scip.availability, scip.is_isbn, scip.joined, scip.search_query,
  scip.parsed_query, scip.search_vector, scip.lexemes, scip.are_authors, scip.author CASCADE;
DROP TABLE scip.file, scip.branding, scip.file_chunk, scip.upload, scip.resource, scip.policy_contribution, scip.news, scip.document CASCADE;
DROP DOMAIN scip.file_name, scip.isbn, scip.doi, scip.language;
DELETE FROM scip.kind_address WHERE kind IN ('resource', 'file');
DELETE FROM scip.record_kind WHERE "table" IN ('document', 'news', 'policy_contribution', 'resource', 'branding', 'file');
COMMIT;
