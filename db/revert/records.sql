BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.href, scip.link_id, scip.merge_records, scip.record_key, scip.record_kind_address, scip.refuse_change, scip.touch_whole CASCADE;
DROP TABLE scip.kind_address, scip.record_kind, scip.change_cut, scip.change, scip.history, scip.audit CASCADE;
DROP PROCEDURE scip.track_changes, scip.keep_part;
COMMIT;
