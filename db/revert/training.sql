BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.set_self_assessments, scip.self_assessments_version, scip.record_self_assessment,
  scip.session_answers, scip.read_comment, scip.bookings_about, scip.retain_feedback_comment, scip.retain_booking_need,
  scip.delegate_of, scip.certificate, scip.certify, scip.read_code, scip.new_code, scip.give_feedback,
  scip.link_feedback, scip.attended_booking, scip.mark_attendance, scip.cancel_booking, scip.book,
  scip.withdraw_consent, scip.set_needs, scip.record_booking_consent, scip.record_consent_text, scip.needs_of,
  scip.promote, scip.waiting_position, scip.places, scip.record_feedback, scip.record_booking_contact,
  scip.record_booking_need, scip.record_booking, ctx.handles_session, ctx.handles_booking, scip.record_training_session,
  scip.record_course, scip.training_session_guard_session, scip.training_session_guard_delete,
  scip.training_session_guard_status, scip.training_session_settle_bookings, scip.booking_refuse_overbooking,
  scip.booking_note_booked, scip.booking_note_places, scip.booking_note_attended, scip.feedback_note_feedback,
  scip.training_session_note_held, scip.booking_guard_booking, scip.consent_text_guard_consent_text,
  scip.booking_need_guard_needs, scip.booking_consent_remove_needs, scip.person_correct_bookings,
  scip.person_erase_from_training, scip.self_assessment_guard_self_assessment, scip.note_change CASCADE;
DROP TABLE scip.self_assessment, scip.booking_consent, scip.consent_text, scip.feedback, scip.booking_contact,
  scip.booking_need, scip.booking, scip.training_session, scip.course CASCADE;
DELETE FROM scip.kind_address WHERE kind IN ('course', 'training_session', 'booking', 'self_assessment', 'training_comment',
  'training_figures', 'consent_text');
DELETE FROM scip.record_kind WHERE "table" IN ('course', 'training_session', 'booking', 'booking_need', 'booking_contact',
  'feedback', 'consent_text', 'booking_consent', 'self_assessment');
COMMIT;
