-- One of them by its slug.
SELECT slug, title, language, title_source, kind, status, starts, ends, starts_precision, date_text, starts_at, ends_at, venue, town, nation,
       online, hub, organiser, programme, capacity, attendance, attendance_text, accessibility, description, description_language,
       title_cy, description_cy, cancellation_reason, url, sources, confidence, href,
       _ical_uid, _ical_dtstamp, _ical_dtstart, _ical_dtstart_at, _ical_dtstart_utc, _ical_dtend, _ical_dtend_at, _ical_dtend_utc, _ical_duration, _ical_summary, _ical_location,
       _ical_description, _ical_url, _ical_conference, _ical_status, _ical_sequence, _version
FROM scip.events
WHERE slug = :slug AND _lang = :lang
