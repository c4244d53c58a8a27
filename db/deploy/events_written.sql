-- What may follow what in an event's life, how its days follow from its times, when calendars have to know, and how
-- events and programmes are shown in English and Welsh.
BEGIN;
SET LOCAL client_min_messages = warning;

DROP VIEW scip.events;
ALTER TABLE scip.event
  DROP COLUMN search,
  ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (scip.searched(title || ' ' || coalesce(title_cy, '') || ' '
    || coalesce(venue, '') || ' ' || coalesce(town, ''))) STORED,
  ADD COLUMN cancellation_reason text CHECK (scip.shows(cancellation_reason) AND length(cancellation_reason) <= 2000),
  ADD CONSTRAINT event_cancellation CHECK (cancellation_reason IS NULL OR status = 'cancelled'),
  ADD CONSTRAINT event_ends_at CHECK (ends_at IS NULL OR starts_at IS NOT NULL),
  ADD CONSTRAINT event_last_day CHECK (ends_at IS NULL OR coalesce(ends, starts)
    = to_char((ends_at - interval '1 microsecond') AT TIME ZONE 'Europe/London', 'YYYY-MM-DD'));

-- Days follow from the times of day; where both are given, the constraints compare them. An end at midnight is the
-- end of the day before.
CREATE FUNCTION scip.set_event_days() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.starts := coalesce(NEW.starts, to_char(NEW.starts_at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD'));
    NEW.ends := coalesce(NEW.ends, nullif(to_char((NEW.ends_at - interval '1 microsecond') AT TIME ZONE 'Europe/London', 'YYYY-MM-DD'), NEW.starts));
    RETURN NEW;
  END IF;
  IF NEW.starts_at IS DISTINCT FROM OLD.starts_at AND NEW.starts_at IS NOT NULL AND NEW.starts IS NOT DISTINCT FROM OLD.starts THEN
    NEW.starts := to_char(NEW.starts_at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD');
  END IF;
  IF (NEW.starts_at, NEW.ends_at) IS DISTINCT FROM (OLD.starts_at, OLD.ends_at) AND coalesce(NEW.ends_at, OLD.ends_at) IS NOT NULL
     AND NEW.ends IS NOT DISTINCT FROM OLD.ends THEN
    NEW.ends := nullif(to_char((NEW.ends_at - interval '1 microsecond') AT TIME ZONE 'Europe/London', 'YYYY-MM-DD'), NEW.starts);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER set_days BEFORE INSERT OR UPDATE ON scip.event FOR EACH ROW
  EXECUTE FUNCTION scip.set_event_days();

-- What may follow what, for who writes by the API: draft, published, held or cancelled; published again as a correction. What was imported as unknown
-- is the central team's to settle. Naming the column is the attempt, so that doing it twice is refused as well.
CREATE FUNCTION scip.guard_event_status() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'unknown' AND NOT ctx.central() THEN
    RAISE 'not theirs to say' USING ERRCODE = 'SC403', CONSTRAINT = 'only-the-central-team';
  ELSIF OLD.status || ' ' || NEW.status NOT IN ('draft published', 'published held', 'published cancelled',
          'unknown published', 'unknown held', 'unknown cancelled')
        AND NOT (OLD.status IN ('held', 'cancelled') AND NEW.status = 'published' AND scip.is_corrected('/v1/events/' || OLD.slug)) THEN
    RAISE '% cannot follow %', NEW.status, OLD.status USING ERRCODE = 'SC409', CONSTRAINT = 'event-transition';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_status BEFORE UPDATE OF status ON scip.event FOR EACH ROW
  WHEN (current_user = 'scip_writer') EXECUTE FUNCTION scip.guard_event_status();

CREATE FUNCTION scip.guard_event() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status <> 'draft' THEN
      RAISE 'others have it in their calendars' USING ERRCODE = 'SC409', CONSTRAINT = 'event-not-draft';
    END IF;
    RETURN OLD;
  ELSIF TG_OP = 'INSERT' AND NEW.status <> 'draft' THEN
    RAISE 'begins as a draft' USING ERRCODE = 'SC409', CONSTRAINT = 'event-not-draft';
  ELSIF NEW.status = 'held' AND scip.earliest(NEW.starts) > scip.today() THEN
    RAISE 'its day is to come' USING ERRCODE = 'SC409', CONSTRAINT = 'event-before-its-day';
  ELSIF NEW.status = 'published' AND num_nonnulls(NEW.starts, NEW.date_text) = 0 THEN
    RAISE 'when is it?' USING ERRCODE = 'SC422', CONSTRAINT = 'event-needs-a-date';
  END IF;
  RETURN NEW;
END $$;
-- after set_days, by its name
CREATE TRIGGER then_guard BEFORE INSERT OR UPDATE ON scip.event FOR EACH ROW
  WHEN (current_user = 'scip_writer') EXECUTE FUNCTION scip.guard_event();
CREATE TRIGGER guard_removal BEFORE DELETE ON scip.event FOR EACH ROW
  WHEN (current_user = 'scip_writer') EXECUTE FUNCTION scip.guard_event();

-- RFC 5545, 3.8.1.11. That it was held is no news for a calendar.
CREATE FUNCTION scip.ical_status(status text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE status WHEN 'cancelled' THEN 'CANCELLED' WHEN 'unknown' THEN 'TENTATIVE' ELSE 'CONFIRMED' END;

-- RFC 5546, 2.1.4: times and status; and what who comes has to know: title and place. A draft is in no calendar yet.
DROP TRIGGER raise_ical_sequence ON scip.event;
CREATE TRIGGER then_raise_ical_sequence BEFORE UPDATE ON scip.event FOR EACH ROW
  WHEN (OLD.status <> 'draft' AND NEW.status <> 'draft')
  EXECUTE FUNCTION scip.raise_ical_sequence();
CREATE OR REPLACE FUNCTION scip.raise_ical_sequence() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.ical_sequence := OLD.ical_sequence + ((OLD.title, OLD.title_cy, OLD.starts, OLD.ends, OLD.starts_at, OLD.ends_at, OLD.venue,
      OLD.town, OLD.online, scip.ical_status(OLD.status))
    IS DISTINCT FROM (NEW.title, NEW.title_cy, NEW.starts, NEW.ends, NEW.starts_at, NEW.ends_at, NEW.venue,
      NEW.town, NEW.online, scip.ical_status(NEW.status)))::int;
  RETURN NEW;
END $$;
COMMENT ON COLUMN scip.event.ical_sequence IS 'RFC 5545, 3.8.7.4: raised when title, times, place or STATUS change';

-- In the hour of the night that clocks show twice when summer time ends, a local time is read as the first of both
-- (RFC 5545, section 3.3.5): what begins there is given in UTC, what ends there as a duration.
CREATE FUNCTION scip.is_ambiguous(instant timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE STRICT
RETURN instant AT TIME ZONE 'Europe/London' IN ((instant - interval '1 hour') AT TIME ZONE 'Europe/London',
                                                (instant + interval '1 hour') AT TIME ZONE 'Europe/London');
-- What a subscriber sees it by in the list of calendars.
CREATE FUNCTION scip.calendar_name(what text, VARIADIC parts text[]) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN concat_ws(' · ', coalesce(nullif(array_to_string(parts, ' · '), ''), 'SCiP Alliance'), what);
GRANT EXECUTE ON FUNCTION scip.calendar_name, scip.ical_status, scip.is_ambiguous TO scip_anonymous, scip_writer;

-- The programme that a body names; SC422 when there is none.
CREATE FUNCTION scip.programme_named(key text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
  found_id bigint;
BEGIN
  SELECT id INTO found_id FROM scip.programme WHERE slug = key;
  IF found_id IS NULL THEN
    RAISE 'no programme %', key USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-programme';
  END IF;
  RETURN found_id;
END $$;
GRANT EXECUTE ON FUNCTION scip.programme_named TO scip_writer;

-- Two rows each, by _lang: one for who reads English, one for who reads Welsh where there is some; language says which
-- it was.
CREATE VIEW scip.programmes WITH (security_invoker) AS
SELECT p.slug, t.name, t.language, t.summary, t.summary_language, p.name_cy, p.summary_cy, p.url,
       array_to_json(p.sources) AS sources, p.confidence, '/v1/programmes/' || p.slug AS href,
       p.version AS _version, l.lang AS _lang, scip.fold(t.name) COLLATE "C" AS _sort
FROM scip.programme p
CROSS JOIN (VALUES ('en'), ('cy')) l (lang)
CROSS JOIN LATERAL (
  SELECT CASE WHEN l.lang = 'cy' AND p.name_cy IS NOT NULL THEN 'cy' ELSE 'en' END AS language,
         CASE l.lang WHEN 'cy' THEN coalesce(p.name_cy, p.name) ELSE p.name END AS name,
         CASE l.lang WHEN 'cy' THEN coalesce(p.summary_cy, p.summary) ELSE p.summary END AS summary,
         CASE WHEN l.lang = 'cy' AND p.summary_cy IS NOT NULL THEN 'cy' WHEN p.summary IS NOT NULL THEN 'en' END AS summary_language) t;

CREATE VIEW scip.events WITH (security_invoker) AS
SELECT e.slug, t.title, t.language, e.title_source, e.kind, e.status,
       e.starts::text, e.ends::text, scip.precision(e.starts) AS starts_precision, e.date_text, e.starts_at, e.ends_at,
       e.venue, e.town, e.nation, e.online,
       CASE WHEN h.id IS NOT NULL THEN json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) END AS hub,
       CASE WHEN o.id IS NOT NULL THEN json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug) END AS organiser,
       CASE WHEN p.id IS NOT NULL THEN json_build_object('slug', p.slug, 'name', CASE l.lang WHEN 'cy' THEN coalesce(p.name_cy, p.name) ELSE p.name END,
                                                         'href', '/v1/programmes/' || p.slug) END AS programme,
       e.capacity, e.attendance, e.attendance_text, e.accessibility, t.description, t.description_language,
       e.title_cy, e.description_cy, e.cancellation_reason, e.url,
       array_to_json(e.sources) AS sources, e.confidence,
       '/v1/events/' || e.slug AS href,
       e.uid || '@events.scip-alliance' AS _ical_uid,
       e.updated_at AS _ical_dtstamp,
       CASE WHEN e.starts_at IS NULL AND length(e.starts) = 10 THEN e.starts_on END AS _ical_dtstart,
       CASE WHEN NOT scip.is_ambiguous(e.starts_at) THEN e.starts_at AT TIME ZONE 'Europe/London' END AS _ical_dtstart_at,
       CASE WHEN scip.is_ambiguous(e.starts_at) THEN e.starts_at END AS _ical_dtstart_utc,
       CASE WHEN e.starts_at IS NULL AND length(e.starts) = 10 AND length(coalesce(e.ends, e.starts)) = 10 THEN e.ends_on + 1 END AS _ical_dtend,
       CASE WHEN scip.is_ambiguous(e.starts_at) THEN NULL
            WHEN e.ends_at IS NULL AND e.starts_at IS NOT NULL AND length(e.ends) = 10 THEN (e.ends_on + 1)::timestamp
            WHEN NOT scip.is_ambiguous(e.ends_at) THEN e.ends_at AT TIME ZONE 'Europe/London' END AS _ical_dtend_at,
       CASE WHEN scip.is_ambiguous(e.starts_at) THEN coalesce(e.ends_at, CASE WHEN length(e.ends) = 10 THEN (e.ends_on + 1)::timestamp AT TIME ZONE 'Europe/London' END) END AS _ical_dtend_utc,
       CASE WHEN scip.is_ambiguous(e.ends_at) AND NOT scip.is_ambiguous(e.starts_at) THEN 'PT' || extract(epoch FROM e.ends_at - e.starts_at)::bigint || 'S' END AS _ical_duration,
       t.title AS _ical_summary,
       nullif(concat_ws(', ', e.venue, e.town, CASE WHEN e.online THEN CASE l.lang WHEN 'cy' THEN 'Ar-lein' ELSE 'Online' END END), '') AS _ical_location,
       nullif(concat_ws(E'\n\n', e.cancellation_reason, coalesce(t.description, e.attendance_text), e.accessibility), '') AS _ical_description,
       e.url AS _ical_url,
       CASE WHEN e.online THEN e.url END AS _ical_conference, -- RFC 7986, section 5.11
       scip.ical_status(e.status) AS _ical_status,
       e.ical_sequence AS _ical_sequence,
       e.version AS _version, l.lang AS _lang, h.slug AS _hub, p.slug AS _programme, e.search AS _search,
       e.starts_on AS _starts_on, e.ends_on AS _ends_on,
       coalesce(to_char(e.starts_at AT TIME ZONE 'Europe/London', 'HH24:MI'), '') COLLATE "C" AS _time
FROM scip.event e
LEFT JOIN scip.hub h ON h.id = e.hub_id
LEFT JOIN scip.organisation o ON o.id = e.organiser_id
LEFT JOIN scip.programme p ON p.id = e.programme_id
CROSS JOIN (VALUES ('en'), ('cy')) l (lang)
CROSS JOIN LATERAL (
  SELECT CASE WHEN l.lang = 'cy' AND e.title_cy IS NOT NULL THEN 'cy' ELSE 'en' END AS language,
         CASE l.lang WHEN 'cy' THEN coalesce(e.title_cy, e.title) ELSE e.title END AS title,
         CASE l.lang WHEN 'cy' THEN coalesce(e.description_cy, e.description) ELSE e.description END AS description,
         CASE WHEN l.lang = 'cy' AND e.description_cy IS NOT NULL THEN 'cy' WHEN e.description IS NOT NULL THEN 'en' END AS description_language) t;

CREATE VIEW scip.event_outreaches WITH (security_invoker) AS
SELECT json_build_object('slug', e.slug, 'name', e.title, 'href', '/v1/events/' || e.slug) AS event,
       x.interventions, x.young_people, '/v1/events/' || e.slug || '/outreach' AS href, x.version AS _version, e.slug AS _event
FROM scip.event_outreach x JOIN scip.event e ON e.id = x.event_id;

GRANT SELECT ON scip.events, scip.programmes TO scip_anonymous, scip_writer;
GRANT SELECT ON scip.event_outreaches TO scip_writer;

-- Numbers are of what took place.
CREATE FUNCTION scip.guard_outreach() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event WHERE id = NEW.event_id AND status = 'held') THEN
    RAISE 'not held' USING ERRCODE = 'SC409', CONSTRAINT = 'event-not-held';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON scip.event_outreach
  FOR EACH ROW EXECUTE FUNCTION scip.guard_outreach();

-- What was done with young people stands once: of a Hub, day and programme (none is any) either in activities or with the
-- event. Both would be added up. One writer at a time of a Hub looks, after its row is there.
CREATE FUNCTION scip.refuse_outreach_twice() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  row jsonb := to_jsonb(NEW);
  key text := coalesce(row ->> 'event_id', row ->> 'id');
  hub bigint := CASE WHEN row ? 'event_id' THEN (SELECT e.hub_id FROM event e WHERE e.id = key::bigint) ELSE (row ->> 'hub_id')::bigint END;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('outreach of ' || hub, 0));
  IF EXISTS (
      SELECT FROM event_outreach o JOIN event e ON e.id = o.event_id LEFT JOIN programme p ON p.id = e.programme_id
      JOIN activity a ON a.hub_id = e.hub_id AND a.held_on BETWEEN e.starts_on AND e.ends_on
      WHERE e.hub_id = hub AND a.kind = 'outreach' AND num_nonnulls(a.interventions, a.young_people) > 0
        AND e.status <> 'cancelled' AND scip.are_days(e.starts, e.ends) AND coalesce(a.programme = p.slug, true)
        AND key = CASE TG_TABLE_NAME WHEN 'activity' THEN a.id::text ELSE e.id::text END) THEN
    RAISE 'the numbers of that day are there' USING ERRCODE = 'SC409', CONSTRAINT = 'outreach-entered-twice';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER refuse_outreach_twice AFTER INSERT OR UPDATE ON scip.activity
  FOR EACH ROW WHEN (NEW.kind = 'outreach') EXECUTE FUNCTION scip.refuse_outreach_twice();
CREATE TRIGGER refuse_outreach_twice AFTER INSERT ON scip.event_outreach
  FOR EACH ROW EXECUTE FUNCTION scip.refuse_outreach_twice();
CREATE TRIGGER refuse_outreach_twice AFTER UPDATE ON scip.event
  FOR EACH ROW WHEN ((OLD.starts, OLD.ends, OLD.hub_id, OLD.programme_id, OLD.status) IS DISTINCT FROM (NEW.starts, NEW.ends, NEW.hub_id, NEW.programme_id, NEW.status)
                     AND NEW.hub_id IS NOT NULL) EXECUTE FUNCTION scip.refuse_outreach_twice();

COMMIT;
