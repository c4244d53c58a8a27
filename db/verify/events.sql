BEGIN;
SELECT slug, starts, ends, starts_on, ends_on, ical_sequence FROM scip.event WHERE false;
ROLLBACK;
