SELECT id, course, hub, starts_at, ends_at, day, venue, online, accessibility, status, capacity, confirmed, waiting, places_left,
       created_at, updated_at, href,
       _ical_uid, _ical_dtstamp, _ical_dtstart_at, _ical_dtstart_utc, _ical_dtend_at, _ical_dtend_utc, _ical_duration, _ical_summary, _ical_location, _ical_description,
       _ical_status, _ical_sequence, _version
FROM scip.training_sessions
WHERE id = :id
