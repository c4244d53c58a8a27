-- Two rows each, by _lang: one for who reads English, one for who reads Welsh where there is some; language says which
-- it was.
CREATE VIEW scip.programmes WITH (security_invoker) AS
SELECT p.slug, t.name, t.language, t.summary, t.summary_language, p.name_cy, p.summary_cy, p.url,
       array_to_json(p.sources) AS sources, p.confidence, p.updated_at, '/v1/programmes/' || p.slug AS href,
       p.version AS _version, l.lang AS _lang, scip.fold(t.name) COLLATE "C" AS _sort
FROM scip.programme p
CROSS JOIN (VALUES ('en'), ('cy')) l (lang)
CROSS JOIN LATERAL (
  SELECT CASE WHEN l.lang = 'cy' AND p.name_cy IS NOT NULL THEN 'cy' ELSE 'en' END AS language,
         CASE l.lang WHEN 'cy' THEN coalesce(p.name_cy, p.name) ELSE p.name END AS name,
         CASE l.lang WHEN 'cy' THEN coalesce(p.summary_cy, p.summary) ELSE p.summary END AS summary,
         CASE WHEN l.lang = 'cy' AND p.summary_cy IS NOT NULL THEN 'cy' WHEN p.summary IS NOT NULL THEN 'en' END AS summary_language) t;

CREATE VIEW scip.programme_participants WITH (security_invoker) AS
SELECT q.id, scip.link('programmes', p.slug, p.name) AS programme, scip.link('hubs', h.slug, h.name) AS hub,
       scip.link('organisations', o.slug, o.name) AS organisation, q.starts AS "from", q.ends - 1 AS "to", q.note, q.created_at,
       q.updated_at, '/v1/programmes/' || p.slug || '/participants/' || q.id AS href, q.version AS _version, p.slug AS _programme,
       h.slug AS _hub, o.slug AS _organisation
FROM scip.programme_participant q JOIN scip.programme p ON p.id = q.programme_id
LEFT JOIN scip.hub h ON h.id = q.hub_id LEFT JOIN scip.organisation o ON o.id = q.organisation_id;

CREATE VIEW scip.events WITH (security_invoker) AS
SELECT e.slug, t.title, t.language, e.title_source, e.kind, e.status,
       e.starts::text AS starts_on, e.ends::text AS ends_on, scip.precision(e.starts) AS starts_precision, e.date_text,
       e.starts_at, e.ends_at, e.venue, e.town, e.nation, e.online,
       scip.link('hubs', h.slug, h.name) AS hub, scip.link('organisations', o.slug, o.name) AS organiser,
       scip.link('programmes', p.slug, CASE l.lang WHEN 'cy' THEN coalesce(p.name_cy, p.name) ELSE p.name END) AS programme,
       e.capacity, e.attendance, e.attendance_text, e.accessibility, t.description, t.description_language,
       e.title_cy, e.description_cy, e.cancellation_reason, e.url,
       array_to_json(e.sources) AS sources, e.confidence, e.updated_at,
       '/v1/events/' || e.slug AS href,
       e.uid || '@events.scip-alliance' AS _ical_uid,
       e.updated_at AS _ical_dtstamp,
       CASE WHEN e.starts_at IS NULL AND length(e.starts) = 10 THEN e.earliest_on END AS _ical_dtstart,
       CASE WHEN NOT scip.is_ambiguous(e.starts_at) THEN e.starts_at AT TIME ZONE setting.zone() END AS _ical_dtstart_at,
       CASE WHEN scip.is_ambiguous(e.starts_at) THEN e.starts_at END AS _ical_dtstart_utc,
       CASE WHEN e.starts_at IS NULL AND length(e.starts) = 10
         AND length(coalesce(e.ends, e.starts)) = 10 THEN e.latest_on + 1 END AS _ical_dtend,
       CASE WHEN scip.is_ambiguous(e.starts_at) THEN NULL
            WHEN e.ends_at IS NULL AND e.starts_at IS NOT NULL AND length(e.ends) = 10 THEN (e.latest_on + 1)::timestamp
            WHEN NOT scip.is_ambiguous(e.ends_at) THEN e.ends_at AT TIME ZONE setting.zone() END AS _ical_dtend_at,
       CASE WHEN scip.is_ambiguous(e.starts_at)
         THEN coalesce(e.ends_at, CASE WHEN length(e.ends) = 10 THEN (e.latest_on + 1)::timestamp AT TIME ZONE setting.zone() END) END
         AS _ical_dtend_utc,
       CASE WHEN scip.is_ambiguous(e.ends_at) AND NOT scip.is_ambiguous(e.starts_at) THEN 'PT' || extract(epoch
         FROM e.ends_at - e.starts_at)::bigint || 'S' END AS _ical_duration,
       t.title AS _ical_summary,
       nullif(concat_ws(', ', e.venue, e.town, CASE WHEN e.online THEN CASE l.lang WHEN 'cy' THEN 'Ar-lein' ELSE 'Online' END END),
         '') AS _ical_location,
       nullif(concat_ws(E'\n\n', e.cancellation_reason, coalesce(t.description, e.attendance_text), e.accessibility),
         '') AS _ical_description,
       e.url AS _ical_url,
       CASE WHEN e.online THEN e.url END AS _ical_conference, -- RFC 7986, section 5.11
       scip.ical_status(e.status) AS _ical_status,
       e.ical_sequence AS _ical_sequence,
       e.version AS _version, l.lang AS _lang, h.slug AS _hub, p.slug AS _programme, e.search AS _search,
       e.earliest_on AS _starts_on, e.latest_on AS _ends_on, e.date_sort AS _date, e.date_sort_down AS _date_down
FROM scip.event e
LEFT JOIN scip.hub h ON h.id = e.hub_id
LEFT JOIN scip.organisation o ON o.id = e.organiser_id
LEFT JOIN scip.programme p ON p.id = e.programme_id
CROSS JOIN (VALUES ('en'), ('cy')) l (lang)
CROSS JOIN LATERAL (
  SELECT CASE WHEN l.lang = 'cy' AND e.title_cy IS NOT NULL THEN 'cy' ELSE 'en' END AS language,
         CASE l.lang WHEN 'cy' THEN coalesce(e.title_cy, e.title) ELSE e.title END AS title,
         CASE l.lang WHEN 'cy' THEN coalesce(e.description_cy, e.description) ELSE e.description END AS description,
         CASE WHEN l.lang = 'cy' AND e.description_cy IS NOT NULL THEN 'cy' WHEN e.description IS NOT NULL
           THEN 'en' END AS description_language) t;

CREATE VIEW scip.event_outreaches WITH (security_invoker) AS
SELECT scip.link('events', e.slug, e.title) AS event,
       x.interventions, x.young_people, x.updated_at, '/v1/events/' || e.slug || '/outreach' AS href, x.version AS _version,
       e.slug AS _event
FROM scip.event_outreach x JOIN scip.event e ON e.id = x.event_id;

GRANT SELECT ON scip.events, scip.programmes, scip.programme_participants TO scip_anonymous, scip_caller;
GRANT SELECT ON scip.event_outreaches TO scip_caller;

-- Every version of each figure, and of those the ones in force.
CREATE VIEW scip.headline_figure_versions WITH (security_invoker) AS
SELECT f.slug, f.version, f.metric, f.definition_version, f.kind, f.title, f.period_text AS period,
       f.period_starts::text AS "from", f.period_ends::text AS "to", f.as_of::text, f.value, f.unit, f.qualifier,
       coalesce(scip.kind_link('hub', h.slug, h.name), scip.kind_link('event', e.slug, e.title),
                scip.kind_link('organisation', o.slug, o.name)) AS subject,
       scip.link('strategies', s.slug, s.name) AS strategy, s.slug AS _strategy, array_to_json(f.sources) AS sources, f.confidence,
       f.created_at AS updated_at, '/v1/headline-figures/' || f.slug AS href, f.version AS _version
FROM scip.headline_figure f
LEFT JOIN scip.hub h ON h.id = f.hub_id
LEFT JOIN scip.event e ON e.id = f.event_id
LEFT JOIN scip.organisation o ON o.id = f.organisation_id
LEFT JOIN scip.strategy s ON s.period_text = f.period_text;

CREATE VIEW scip.headline_figures WITH (security_invoker) AS
SELECT slug, version, metric, definition_version, kind, title, period, "from", "to", as_of, value, unit, qualifier,
       subject, strategy, sources, confidence, updated_at, href, _version, _strategy
FROM scip.headline_figure_versions f
WHERE NOT EXISTS (SELECT FROM scip.headline_figure newer WHERE newer.slug = f.slug AND newer.supersedes = f.version);

GRANT SELECT ON scip.headline_figure_versions, scip.headline_figures TO scip_anonymous, scip_caller;
