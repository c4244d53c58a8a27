BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DELETE FROM scip.kind_address WHERE kind = 'link';
DELETE FROM scip.record_kind WHERE "table" = 'record_link';
DROP TABLE scip.record_link CASCADE;
DROP FUNCTION scip.add_link, scip.linkable, scip.audience_of, scip.changes, scip.are_linked, scip.linked,
  scip.record_record_link, scip.record_link_guard_day CASCADE;
COMMIT;
