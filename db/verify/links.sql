BEGIN;
SELECT id, relation, linked_on, from_record, to_record, from_message_id, to_event_id FROM scip.record_link WHERE false;
SELECT 'scip.linked'::regproc, 'scip.are_linked'::regproc, 'scip.linkable'::regproc, 'scip.changes'::regproc, 'scip.add_link'::regproc;
SELECT 1/(count(*) = 1)::int FROM scip.kind_address WHERE kind = 'link';
ROLLBACK;
