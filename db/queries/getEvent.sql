-- One of them by its slug.
SELECT slug, title, title_source, kind, status, starts, ends, starts_precision, date_text, venue, town, nation, online,
       hub, organiser, attendance, attendance_text, url, sources, confidence, href,
       _ical_uid, _ical_dtstamp, _ical_dtstart, _ical_dtend, _ical_summary, _ical_location, _ical_description, _ical_url,
       _ical_status, _ical_sequence
FROM scip.events
WHERE slug = :slug
