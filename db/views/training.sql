CREATE VIEW scip.self_assessments WITH (security_invoker) AS
SELECT a.id, scip.link('organisations', o.slug, o.name) AS organisation, scip.link('toolkit/principles', p.slug, p.name) AS principle,
       a.stage, a.assessed_on, a.created_at, a.updated_at, '/v1/self-assessments/' || a.id AS href, a.version AS _version,
       o.slug AS _organisation, p.slug AS _principle
FROM scip.self_assessment a
JOIN scip.organisation o ON o.id = a.organisation_id
JOIN scip.toolkit_principle p ON p.id = a.principle_id;

-- How it is shown. The names of delegates are not in the view: the function that gives them out writes.
CREATE VIEW scip.courses WITH (security_invoker) AS
SELECT c.slug::text, c.name::text, c.name_cy::text, c.summary, c.summary_cy, array_to_json(c.sources) AS sources, c.confidence::text,
       c.updated_at, '/v1/training/courses/' || c.slug AS href, c.version AS _version, c.name_sort AS _sort
FROM scip.course c;

CREATE VIEW scip.training_sessions WITH (security_invoker) AS
SELECT s.id, scip.link('training/courses', c.slug, c.name) AS course, scip.link('hubs', h.slug, h.name) AS hub,
       s.starts_at, s.ends_at, s.day AS starts_on, s.venue, s.online, s.accessibility, s.status, s.capacity, p.confirmed, p.waiting,
       CASE s.status WHEN 'published' THEN greatest(s.capacity - p.confirmed, 0) ELSE 0 END AS places_left,
       s.created_at, s.updated_at, '/v1/training/sessions/' || s.id AS href, s.version AS _version, c.slug AS _course, h.slug AS _hub,
       s.id || '@training.scip-alliance' AS _ical_uid, s.updated_at AS _ical_dtstamp,
       CASE WHEN NOT scip.is_ambiguous(s.starts_at) THEN s.starts_at AT TIME ZONE setting.zone() END AS _ical_dtstart_at,
       CASE WHEN scip.is_ambiguous(s.starts_at) THEN s.starts_at END AS _ical_dtstart_utc,
       CASE WHEN NOT scip.is_ambiguous(s.starts_at)
         AND NOT scip.is_ambiguous(s.ends_at) THEN s.ends_at AT TIME ZONE setting.zone() END AS _ical_dtend_at,
       CASE WHEN scip.is_ambiguous(s.starts_at) THEN s.ends_at END AS _ical_dtend_utc,
       CASE WHEN scip.is_ambiguous(s.ends_at) AND NOT scip.is_ambiguous(s.starts_at)
            THEN 'PT' || extract(epoch FROM s.ends_at - s.starts_at)::bigint || 'S' END AS _ical_duration,
       c.name AS _ical_summary, nullif(concat_ws(', ', s.venue, CASE WHEN s.online THEN 'Online' END), '') AS _ical_location,
         c.summary AS _ical_description,
       CASE s.status WHEN 'cancelled' THEN 'CANCELLED' WHEN 'draft' THEN 'TENTATIVE' ELSE 'CONFIRMED' END AS _ical_status,
       s.sequence AS _ical_sequence
FROM scip.training_session s
JOIN scip.course c ON c.id = s.course_id
LEFT JOIN scip.hub h ON h.id = s.hub_id
CROSS JOIN LATERAL scip.places(s.id) p;

CREATE VIEW scip.bookings WITH (security_invoker) AS
SELECT b.id, json_build_object('id', s.id, 'course', scip.link('training/courses', c.slug, c.name), 'starts_at',
         to_char(s.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'href', '/v1/training/sessions/' || s.id) AS session,
       scip.link('organisations', o.slug, o.name) AS organisation,
       b.organisation_name::text, b.sector::text, b.status,
       CASE b.status WHEN 'waiting' THEN scip.waiting_position(b.session_id, b.place) END AS position,
       b.attended, b.certificate,
       json_build_object('needs', '/v1/bookings/' || b.id || '/needs', 'cancellation', '/v1/bookings/' || b.id || '/cancellation',
         'calendar', '/v1/training/sessions/' || s.id || '?format=ics',
         'feedback_link', CASE WHEN b.attended THEN '/v1/bookings/' || b.id || '/feedback-link' END,
         'certificate', '/v1/certificates/' || b.certificate) AS links,
       b.created_at, b.updated_at, '/v1/bookings/' || b.id AS href, b.version AS _version, b.session_id AS _session, b.place AS _place,
       b.person_id AS _person, s.hub_id AS _hub_id, s.day AS _day, c.slug AS _course
FROM scip.booking b
JOIN scip.training_session s ON s.id = b.session_id
JOIN scip.course c ON c.id = s.course_id
LEFT JOIN scip.organisation o ON o.id = b.organisation_id;

CREATE VIEW scip.training_comments WITH (security_invoker) AS
SELECT f.id, scip.link('training/courses', c.slug, c.name) AS course, s.day AS held_on,
       f.comment, f.comment_cleared AS cleared, f.given_at, f.updated_at, '/v1/training/comments/' || f.id AS href,
       c.slug AS _course, f.booking_id AS _booking
FROM scip.feedback f
JOIN scip.training_session s ON s.id = f.session_id
JOIN scip.course c ON c.id = s.course_id
WHERE f.comment IS NOT NULL;
GRANT SELECT ON scip.courses, scip.training_sessions TO scip_anonymous, scip_caller;
GRANT SELECT ON scip.self_assessments, scip.bookings, scip.training_comments TO scip_caller;
