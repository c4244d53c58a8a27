-- An event that the caller may see, drafts among them: what the writes answer with.
SELECT slug, title, language, title_source, kind, status, starts, ends, starts_precision, date_text, starts_at, ends_at, venue, town, nation,
       online, hub, organiser, programme, capacity, attendance, attendance_text, accessibility, description, description_language,
       title_cy, description_cy, cancellation_reason, url, sources, confidence, href, _version
FROM scip.events
WHERE slug = :slug AND _lang = 'en'
