BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.lock_figure, scip.record_headline_figure, scip.record_event_outreach, scip.calendar_name,
  scip.is_ambiguous, scip.ical_status, scip.record_event, scip.record_programme_participant,
  scip.record_programme, scip.event_set_days,
  scip.event_guard_status, scip.event_then_guard, scip.event_guard_removal, scip.event_then_raise_ical_sequence,
  scip.event_outreach_guard CASCADE;
DROP TABLE scip.headline_figure, scip.event_outreach, scip.event, scip.programme_participant, scip.programme CASCADE;
DELETE FROM scip.kind_address WHERE kind IN ('programme', 'programme_participant', 'event_outreach');
DELETE FROM scip.record_kind WHERE "table" IN ('programme', 'programme_participant', 'event', 'event_outreach', 'headline_figure');
COMMIT;
