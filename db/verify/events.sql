BEGIN;
SELECT slug, starts, ends, earliest_on, latest_on, ical_sequence FROM scip.event WHERE false;
SELECT slug, version, supersedes, value FROM scip.headline_figure WHERE false;
SELECT programme_id, hub_id, organisation_id, starts, ends, note FROM scip.programme_participant WHERE false;
SELECT 1/has_function_privilege('scip_writer', p, 'EXECUTE')::int FROM unnest(ARRAY['scip.reference(text, text, text)', 'scip.lock_figure(text)']) p;
SELECT uid, programme_id, starts_at, ends_at, capacity, title_cy FROM scip.event WHERE false;
SELECT 1/(count(*) = 5)::int FROM pg_trigger WHERE tgrelid = 'scip.event'::regclass
  AND tgname IN ('set_days', 'guard_status', 'then_guard', 'guard_removal', 'then_raise_ical_sequence');
ROLLBACK;
