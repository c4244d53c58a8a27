-- Sessions in the order of their beginnings.
SELECT id, course, hub, starts_at, ends_at, day, venue, online, accessibility, status, capacity, confirmed, waiting, places_left,
       created_at, updated_at, href,
       _ical_uid, _ical_dtstamp, _ical_dtstart_at, _ical_dtstart_utc, _ical_dtend_at, _ical_dtend_utc, _ical_duration, _ical_summary, _ical_location, _ical_description,
       _ical_status, _ical_sequence,
       (SELECT scip.calendar_name('Training', (SELECT h.name FROM scip.hub h WHERE h.slug = :hub), (SELECT c.name FROM scip.course c WHERE c.slug = :course))) AS _calendar,
       starts_at::text AS _after_key, id AS _after_id
FROM scip.training_sessions
WHERE (:course IS NULL OR _course = :course)
  AND (:hub IS NULL OR _hub = :hub)
  AND (:from IS NULL OR day >= :from)
  AND (:to IS NULL OR day <= :to)
  AND (:free IS NULL OR (places_left > 0) = :free)
  AND (:after_id IS NULL OR (starts_at, id) > (:after_key::timestamptz, :after_id::uuid))
ORDER BY starts_at, id
LIMIT :limit
