-- Events by date, those without one last. An event known only by month or year matches from and to when
-- that month or year overlaps.
SELECT slug, title, title_source, kind, status, starts, ends, starts_precision, date_text, venue, town, nation, online,
       hub, organiser, attendance, attendance_text, url, sources, confidence, href,
       _ical_uid, _ical_dtstamp, _ical_dtstart, _ical_dtend, _ical_summary, _ical_location, _ical_description, _ical_url,
       _ical_status, _ical_sequence,
       key::text AS _after_key, slug AS _after_slug
FROM scip.events, LATERAL (SELECT coalesce(_starts_on, CASE :sort WHEN '-date' THEN date '0001-01-01' ELSE '9999-12-31' END) AS key) AS sorted
WHERE (:from IS NULL OR _ends_on >= :from)
  AND (:to IS NULL OR _starts_on <= :to)
  AND (:kind IS NULL OR kind = :kind)
  AND (:hub IS NULL OR _hub = :hub)
  AND (:nation IS NULL OR nation = :nation)
  AND (:q IS NULL OR strpos(_search, scip.fold(:q)) > 0)
  AND (:after_slug IS NULL OR CASE WHEN :sort = '-date' THEN (key, slug) < (:after_key::date, :after_slug)
                                   ELSE (key, slug) > (:after_key::date, :after_slug) END)
ORDER BY CASE WHEN :sort = '-date' THEN key END DESC, CASE WHEN :sort = '-date' THEN slug END DESC, key, slug
LIMIT :limit
