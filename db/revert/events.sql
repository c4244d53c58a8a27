BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.lock_figure, scip.record_headline_figure, scip.guard_outreach, scip.record_event_outreach,
  scip.calendar_name, scip.is_ambiguous, scip.raise_ical_sequence, scip.ical_status,
  scip.guard_event, scip.guard_event_status, scip.set_event_days, scip.record_event, scip.record_programme CASCADE;
DROP TABLE scip.headline_figure, scip.event_outreach, scip.event, scip.programme CASCADE;
DELETE FROM scip.kind_address WHERE kind IN ('programme', 'event_outreach');
DELETE FROM scip.record_kind WHERE "table" IN ('programme', 'event', 'event_outreach', 'headline_figure');
COMMIT;
