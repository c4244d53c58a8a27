BEGIN;
SELECT slug, title, language, programme, starts_at, _ical_dtstart_at, _ical_duration, _version, _lang FROM scip.events WHERE false;
SELECT slug, name, language, _lang FROM scip.programmes WHERE false;
SELECT event, interventions, young_people FROM scip.event_outreaches WHERE false;
SELECT 1/(count(*) = 5)::int FROM pg_trigger WHERE tgrelid = 'scip.event'::regclass
  AND tgname IN ('set_days', 'guard_status', 'then_guard', 'guard_removal', 'then_raise_ical_sequence');
ROLLBACK;
