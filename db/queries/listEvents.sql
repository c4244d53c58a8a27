-- Events by day and time, those without a date last. An event known only by month or year matches from and to when
-- that month or year overlaps.
SELECT slug, title, language, title_source, kind, status, starts, ends, starts_precision, date_text, starts_at, ends_at, venue, town, nation,
       online, hub, organiser, programme, capacity, attendance, attendance_text, accessibility, description, description_language,
       title_cy, description_cy, cancellation_reason, url, sources, confidence, href,
       _ical_uid, _ical_dtstamp, _ical_dtstart, _ical_dtstart_at, _ical_dtstart_utc, _ical_dtend, _ical_dtend_at, _ical_dtend_utc, _ical_duration, _ical_summary, _ical_location,
       _ical_description, _ical_url, _ical_conference, _ical_status, _ical_sequence,
       (SELECT scip.calendar_name(CASE :lang WHEN 'cy' THEN 'Digwyddiadau' ELSE 'Events' END, (SELECT h.name FROM scip.hub h WHERE h.slug = :hub),
          (SELECT p.name FROM scip.programmes p WHERE p.slug = :programme AND p._lang = :lang))) AS _calendar,
       key AS _after_key, slug AS _after_slug
FROM scip.events,
  LATERAL (SELECT concat_ws(' ', coalesce(_starts_on, CASE :sort WHEN '-date' THEN date '0001-01-01' ELSE '9999-12-31' END), _time) COLLATE "C" AS key) AS sorted
WHERE _lang = :lang
  AND (:from IS NULL OR _ends_on >= :from)
  AND (:to IS NULL OR _starts_on <= :to)
  AND (:kind IS NULL OR kind = :kind)
  AND (:status IS NULL OR status = :status)
  AND (:hub IS NULL OR _hub = :hub)
  AND (:programme IS NULL OR _programme = :programme)
  AND (:nation IS NULL OR nation = :nation)
  AND (:q IS NULL OR strpos(_search, (SELECT scip.sought(:q))) > 0)
  AND (:after_slug IS NULL OR CASE WHEN :sort = '-date' THEN (key, slug) < (:after_key, :after_slug)
                                   ELSE (key, slug) > (:after_key, :after_slug) END)
ORDER BY CASE WHEN :sort = '-date' THEN key END DESC, CASE WHEN :sort = '-date' THEN slug END DESC, key, slug
LIMIT :limit
