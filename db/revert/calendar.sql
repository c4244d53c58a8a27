BEGIN;
SET LOCAL client_min_messages = warning;
DELETE FROM scip.kind_address WHERE kind IN ('programme', 'course', 'training_session', 'booking', 'event_outreach', 'self_assessment', 'closed_total');
DROP FUNCTION scip.record_closed_total, scip.record_self_assessment, scip.record_feedback, scip.record_booking_need,
  scip.record_booking, scip.record_training_session, scip.record_course, scip.record_event_outreach, scip.record_programme,
  scip.record_event CASCADE;
DROP TABLE scip.closed_total, scip.self_assessment, scip.feedback, scip.booking_need, scip.booking, scip.training_session,
  scip.course, scip.event_outreach CASCADE;
DROP FUNCTION ctx.sees_event, ctx.writes_event;
DROP POLICY read ON scip.event;
DROP POLICY see ON scip.event;
DROP POLICY add ON scip.event;
DROP POLICY change ON scip.event;
DROP POLICY remove ON scip.event;
CREATE POLICY read ON scip.event FOR SELECT TO scip_anonymous, scip_writer USING (true);
REVOKE INSERT, UPDATE, DELETE ON scip.event FROM scip_writer;
DELETE FROM scip.event WHERE status = 'draft';
ALTER TABLE scip.event DROP CONSTRAINT event_status, DROP COLUMN uid, DROP COLUMN programme_id, DROP COLUMN starts_at, DROP COLUMN ends_at,
  DROP COLUMN capacity, DROP COLUMN accessibility, DROP COLUMN description, DROP COLUMN title_cy, DROP COLUMN description_cy;
UPDATE scip.event SET status = 'announced' WHERE status = 'published';
ALTER TABLE scip.event ADD CONSTRAINT event_status_check CHECK (status IN ('held', 'announced', 'cancelled', 'unknown'));
CALL scip.keep_records('event', 'event');
DROP TABLE scip.programme CASCADE;
COMMIT;
