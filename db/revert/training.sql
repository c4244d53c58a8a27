BEGIN;
SET LOCAL client_min_messages = warning;
DROP VIEW scip.courses, scip.training_sessions, scip.bookings, scip.training_comments;
DROP FUNCTION scip.session_answers, scip.read_comment;
DROP FUNCTION scip.held_about, scip.bookings_about;
ALTER FUNCTION scip.held_before_training RENAME TO held_about;
GRANT EXECUTE ON FUNCTION scip.held_about TO scip_writer;
COMMENT ON COLUMN scip.person.name IS 'personal: purpose=to know who takes part in a Hub or group; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=two years after the last membership, seat or account';
COMMENT ON COLUMN scip.person.email IS 'personal: purpose=to invite to meetings; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=two years after the last membership, seat or account';
CREATE OR REPLACE FUNCTION scip.retain(OUT kind text, OUT removed int) RETURNS SETOF record
LANGUAGE plpgsql AS $$
DECLARE
  cut xid8;
BEGIN
  kind := 'idempotency';
  DELETE FROM scip.idempotency WHERE created_at < now() - interval '24 hours';
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
  kind := 'spent_token';
  DELETE FROM scip.spent_token WHERE expires_at < now() - interval '5 minutes';
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
  kind := 'personal_read';
  DELETE FROM scip.personal_read WHERE at < now() - interval '2 years';
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
  kind := 'change';
  WITH gone AS (DELETE FROM scip.change WHERE at < now() - interval '400 days' RETURNING xid)
  SELECT count(*), max(xid::text::numeric)::text::xid8 INTO removed, cut FROM gone;
  IF cut IS NOT NULL THEN
    INSERT INTO scip.change_cut (xid) VALUES (cut)
    ON CONFLICT (one) DO UPDATE SET xid = EXCLUDED.xid WHERE EXCLUDED.xid > change_cut.xid;
  END IF;
  RETURN NEXT;
  kind := 'person';
  SELECT count(scip.erase(p.id, now())) INTO removed FROM scip.person p
  WHERE p.erased_at IS NULL AND p.created_at < now() - interval '2 years'
    AND NOT EXISTS (SELECT FROM scip.hub_membership m WHERE m.person_id = p.id
                    AND (m.ends IS NULL OR m.ends > scip.today() - interval '2 years'))
    AND NOT EXISTS (SELECT FROM scip.group_seat s WHERE s.person_id = p.id
                    AND (s.ends IS NULL OR s.ends > scip.today() - interval '2 years'))
    AND NOT EXISTS (SELECT FROM scip.account a WHERE a.person_id = p.id
                    AND (a.active OR a.updated_at > now() - interval '2 years'));
  RETURN NEXT;
END $$;
DROP FUNCTION scip.retain_idempotency, scip.retain_spent_token, scip.retain_personal_read, scip.retain_change, scip.retain_person,
  scip.retain_booking_need, scip.retain_feedback_comment;
DROP FUNCTION scip.correct_bookings, scip.erase_from_training, scip.guard_booking, scip.note_training, scip.refuse_overbooking, scip.settle_bookings,
  scip.guard_session_status, scip.guard_training_session CASCADE;
DROP FUNCTION scip.delegate_of, scip.training_figures, scip.share, scip.training_ratings, scip.training_period, scip.certificate, scip.certify,
  scip.read_code, scip.new_code, scip.give_feedback, scip.link_feedback, scip.attended_booking, scip.mark_attendance, scip.cancel_booking,
  scip.book, scip.set_needs, scip.needs_of, scip.promote, scip.waiting_position, scip.places, scip.course_of;
DELETE FROM scip.kind_address WHERE kind IN ('training_comment', 'training_figures');
DROP FUNCTION scip.record_feedback CASCADE;
DROP POLICY see ON scip.feedback;
DROP POLICY change ON scip.feedback;
ALTER TABLE scip.feedback DROP COLUMN id, DROP COLUMN session_id;
CALL scip.let('feedback', 'ctx.handles_booking(booking_id)', 'ctx.handles_booking(booking_id)');
CALL scip.keep_records('feedback', 'feedback', 'r.booking_id', $$ARRAY['role:central']$$, record => 'r.booking_id', personal => '{comment}');
DROP POLICY see ON scip.booking_need;
DROP POLICY remove ON scip.booking_need;
CALL scip.let('booking_need', 'ctx.handles_booking(booking_id)', 'ctx.handles_booking(booking_id)');
DROP TABLE scip.booking_contact;
DROP FUNCTION scip.record_booking_contact;
DROP POLICY see ON scip.booking;
DROP POLICY change ON scip.booking;
CALL scip.let('booking', 'account_id = (SELECT ctx.account()) OR person_id = (SELECT ctx.person()) OR ctx.handles_session(session_id)',
  $$account_id = (SELECT ctx.account()) AND 'website' = ANY ((SELECT ctx.roles())::text[]) OR ctx.handles_session(session_id)$$);
GRANT INSERT, UPDATE ON scip.training_session TO scip_writer;
COMMIT;
