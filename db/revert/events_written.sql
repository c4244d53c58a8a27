BEGIN;
SET LOCAL client_min_messages = warning;
DROP VIEW scip.event_outreaches, scip.events, scip.programmes;
DROP TRIGGER guard ON scip.event_outreach;
DROP TRIGGER refuse_outreach_twice ON scip.event_outreach;
DROP TRIGGER refuse_outreach_twice ON scip.event;
DROP TRIGGER refuse_outreach_twice ON scip.activity;
DROP TRIGGER set_days ON scip.event;
DROP TRIGGER guard_status ON scip.event;
DROP TRIGGER then_guard ON scip.event;
DROP TRIGGER guard_removal ON scip.event;
DROP TRIGGER then_raise_ical_sequence ON scip.event;
DROP FUNCTION scip.guard_outreach, scip.refuse_outreach_twice, scip.programme_named, scip.calendar_name, scip.is_ambiguous, scip.ical_status, scip.guard_event, scip.guard_event_status,
  scip.set_event_days;
ALTER TABLE scip.event
  DROP CONSTRAINT event_cancellation, DROP CONSTRAINT event_ends_at, DROP CONSTRAINT event_last_day, DROP COLUMN cancellation_reason,
  DROP COLUMN search,
  ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (scip.searched(title || ' ' || coalesce(venue, '') || ' ' || coalesce(town, ''))) STORED;
CREATE OR REPLACE FUNCTION scip.raise_ical_sequence() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.ical_sequence := OLD.ical_sequence + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER raise_ical_sequence BEFORE UPDATE ON scip.event FOR EACH ROW
  WHEN ((OLD.title, OLD.starts, OLD.ends, OLD.venue, OLD.town, OLD.status)
        IS DISTINCT FROM (NEW.title, NEW.starts, NEW.ends, NEW.venue, NEW.town, NEW.status))
  EXECUTE FUNCTION scip.raise_ical_sequence();
COMMENT ON COLUMN scip.event.ical_sequence IS 'RFC 5545, 3.8.7.4: raised when dates, place or status change';

CREATE VIEW scip.events WITH (security_invoker) AS
SELECT e.slug, e.title, e.title_source, e.kind, e.status,
       e.starts::text, e.ends::text, scip.precision(e.starts) AS starts_precision, e.date_text,
       e.venue, e.town, e.nation, e.online,
       CASE WHEN h.id IS NOT NULL THEN json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) END AS hub,
       CASE WHEN o.id IS NOT NULL THEN json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug) END AS organiser,
       e.attendance, e.attendance_text, e.url,
       array_to_json(e.sources) AS sources, e.confidence, '/v1/events/' || e.slug AS href,
       e.slug || '@events.scip-alliance' AS _ical_uid,
       e.updated_at AS _ical_dtstamp,
       CASE WHEN length(e.starts) = 10 THEN e.starts_on END AS _ical_dtstart,
       CASE WHEN length(e.starts) = 10 AND length(coalesce(e.ends, e.starts)) = 10 THEN e.ends_on + 1 END AS _ical_dtend,
       e.title AS _ical_summary,
       nullif(concat_ws(', ', e.venue, e.town), '') AS _ical_location,
       e.attendance_text AS _ical_description,
       e.url AS _ical_url,
       CASE e.status WHEN 'cancelled' THEN 'CANCELLED' WHEN 'unknown' THEN 'TENTATIVE' ELSE 'CONFIRMED' END AS _ical_status,
       e.ical_sequence AS _ical_sequence,
       h.slug AS _hub, e.search AS _search, e.starts_on AS _starts_on, e.ends_on AS _ends_on, e.title_sort AS _sort
FROM scip.event e
LEFT JOIN scip.hub h ON h.id = e.hub_id
LEFT JOIN scip.organisation o ON o.id = e.organiser_id;
GRANT SELECT ON scip.events TO scip_anonymous, scip_writer;
COMMIT;
