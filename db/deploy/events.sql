-- Events from draft to held or cancelled, in programmes, with times of day, in English and Welsh; headline figures of
-- events, Hubs and organisations.
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE TABLE scip.programme (
  LIKE ctx.publication INCLUDING ALL,
  name scip.label NOT NULL,
  name_cy scip.label,
  summary text CHECK (length(summary) <= 4000),
  summary_cy text CHECK (length(summary_cy) <= 4000),
  url scip.url,
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED
);
CALL scip.publish('programme');
CALL scip.track_changes('programme', 'programme');
GRANT INSERT, UPDATE, DELETE ON scip.programme TO scip_caller;

-- Which Hubs and organisations take part in a programme, and when.
CREATE TABLE scip.programme_participant (
  LIKE ctx.entry INCLUDING ALL,
  programme_id bigint NOT NULL REFERENCES scip.programme,
  hub_id bigint REFERENCES scip.hub,
  organisation_id bigint REFERENCES scip.organisation,
  starts date NOT NULL, ends date,
  note text CHECK (scip.shows(note) AND length(note) <= 2000),
  CONSTRAINT programme_participant_one CHECK (num_nonnulls(hub_id, organisation_id) = 1),
  CONSTRAINT programme_participant_dates CHECK (ends > starts),
  CONSTRAINT programme_participant_once
    EXCLUDE USING gist (programme_id WITH =, coalesce(hub_id, -organisation_id) WITH =, daterange(starts, ends) WITH &&)
);
CALL scip.publish('programme_participant');
CALL scip.track_changes('programme_participant', 'programme_participant', $$(SELECT p.slug || '/participants/' || r.id FROM programme p
  WHERE p.id = r.programme_id)$$);
GRANT INSERT, UPDATE, DELETE ON scip.programme_participant TO scip_caller;

-- starts null: not known; date_text says what the source does. earliest_on and latest_on are the first and the
-- last day that the stated dates may mean: for filters and order, never for display. A time of day (starts_at) stands beside
-- the day where it is known; the day follows from it. draft, then published, then held or cancelled; unknown is for imported
-- ones.
CREATE TABLE scip.event (
  LIKE ctx.publication INCLUDING ALL,
  title scip.label NOT NULL,
  title_source text NOT NULL REFERENCES term.title_source,
  kind text NOT NULL REFERENCES term.event_kind,
  starts scip.partial_date,
  ends scip.partial_date,
  date_text text,
  venue text,
  town text,
  nation text REFERENCES term.nation,
  online boolean,
  hub_id bigint REFERENCES scip.hub,
  organiser_id bigint REFERENCES scip.organisation,
  attendance int CHECK (attendance >= 0),
  attendance_text text,
  status text NOT NULL CONSTRAINT event_status CHECK (status IN ('draft', 'published', 'held', 'cancelled', 'unknown')),
  url scip.url,
  ical_sequence int NOT NULL DEFAULT 0,
  title_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(title)) STORED,
  earliest_on date GENERATED ALWAYS AS (scip.earliest(starts)) STORED,
  latest_on date GENERATED ALWAYS AS (scip.latest(coalesce(ends, starts))) STORED,
  days int GENERATED ALWAYS AS (scip.latest(coalesce(ends, starts)) - scip.earliest(starts)) STORED,
  date_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.date_sort(starts, '9999-12-31') || ' ' || scip.time_sort(starts_at)) STORED,
  date_sort_down text COLLATE "C" NOT NULL
    GENERATED ALWAYS AS (scip.date_sort(starts, '0001-01-01') || ' ' || scip.time_sort(starts_at)) STORED,
  uid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  programme_id bigint REFERENCES scip.programme,
  starts_at timestamptz,
  ends_at timestamptz,
  capacity int CHECK (capacity > 0),
  accessibility text CHECK (length(accessibility) <= 4000),
  description text CHECK (length(description) <= 20000),
  title_cy scip.label,
  description_cy text CHECK (length(description_cy) <= 20000),
  search text NOT NULL GENERATED ALWAYS AS (scip.search_text(title || ' ' || coalesce(title_cy, '') || ' '
    || coalesce(venue, '') || ' ' || coalesce(town, ''))) STORED,
  cancellation_reason text CHECK (scip.shows(cancellation_reason) AND length(cancellation_reason) <= 2000),
  CHECK (ends IS NULL OR starts IS NOT NULL),
  CHECK (scip.earliest(starts) <= scip.latest(ends)),
  CONSTRAINT event_times CHECK (ends_at > starts_at),
  CONSTRAINT event_ends_at CHECK (ends_at IS NULL OR starts_at IS NOT NULL),
  CONSTRAINT event_day CHECK (starts_at IS NULL OR starts = to_char(starts_at AT TIME ZONE setting.zone(), 'YYYY-MM-DD')),
  CONSTRAINT event_last_day CHECK (ends_at IS NULL OR coalesce(ends, starts)
    = to_char((ends_at - interval '1 microsecond') AT TIME ZONE setting.zone(), 'YYYY-MM-DD')),
  CONSTRAINT event_cancellation CHECK (cancellation_reason IS NULL OR status = 'cancelled')
);
CREATE INDEX ON scip.event (kind);
CREATE INDEX ON scip.event (updated_at);
CREATE INDEX ON scip.event (date_sort, slug);
CREATE INDEX ON scip.event (date_sort_down, slug);
CREATE INDEX ON scip.event (latest_on);
CREATE INDEX ON scip.event (status, date_sort, slug);
CREATE INDEX ON scip.event (days);
CREATE INDEX ON scip.event USING gin (search public.gin_trgm_ops);
COMMENT ON COLUMN scip.event.days IS 'From the first to the last: no event before that of the longest is still on';
COMMENT ON COLUMN scip.event.date_sort_down IS 'Those without a date are last, whichever way the list runs';
COMMENT ON COLUMN scip.event.title_source IS 'described: a label of ours for an event without a published title';
COMMENT ON COLUMN scip.event.ical_sequence IS 'RFC 5545, 3.8.7.4: raised when title, times, place or STATUS change';
COMMENT ON COLUMN scip.event.uid IS 'RFC 5545, 3.8.4.7: the event''s permanently, whatever its address';
CALL scip.protect('event');
GRANT SELECT ON scip.event TO scip_anonymous;
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.event TO scip_caller;
CALL scip.track_changes('event', 'event', 'r.slug',
  $$CASE WHEN r.status <> 'draft' THEN ARRAY['public'] ELSE ARRAY[coalesce('hub-lead:' || r.hub_id, 'role:central')] END$$);

-- Days follow from the times of day; where both are given, the constraints compare them. An end at midnight is the
-- end of the day before.
CALL scip.add_trigger('set_days BEFORE INSERT OR UPDATE ON event', $$
  IF TG_OP = 'INSERT' THEN
    NEW.starts := coalesce(NEW.starts, to_char(NEW.starts_at AT TIME ZONE setting.zone(), 'YYYY-MM-DD'));
    NEW.ends := coalesce(NEW.ends, nullif(to_char((NEW.ends_at - interval '1 microsecond') AT TIME ZONE setting.zone(), 'YYYY-MM-DD'),
      NEW.starts));
    RETURN NEW;
  END IF;
  IF NEW.starts_at IS DISTINCT FROM OLD.starts_at AND NEW.starts_at IS NOT NULL AND NEW.starts IS NOT DISTINCT FROM OLD.starts THEN
    NEW.starts := to_char(NEW.starts_at AT TIME ZONE setting.zone(), 'YYYY-MM-DD');
  END IF;
  IF (NEW.starts_at, NEW.ends_at) IS DISTINCT FROM (OLD.starts_at, OLD.ends_at) AND coalesce(NEW.ends_at, OLD.ends_at) IS NOT NULL
     AND NEW.ends IS NOT DISTINCT FROM OLD.ends THEN
    NEW.ends := nullif(to_char((NEW.ends_at - interval '1 microsecond') AT TIME ZONE setting.zone(), 'YYYY-MM-DD'), NEW.starts);
  END IF;
$$);

-- What may follow what, for who writes by the API: draft, published, held or cancelled; published again as a correction. What was imported
-- as unknown is the central team's to settle. Naming the column is the attempt, so that doing it twice is refused as well.
CALL scip.add_trigger($$guard_status BEFORE UPDATE OF status ON event WHEN (current_user IN ('scip_writer', 'scip_central'))$$, $$
  PERFORM scip.refuse(403, 'only-the-central-team') WHERE OLD.status = 'unknown' AND NOT ctx.central();
  PERFORM scip.refuse(409, 'event-transition', '', format('The event''s status cannot change from %s to %s.', OLD.status, NEW.status))
    WHERE OLD.status || ' ' || NEW.status NOT IN ('draft published', 'published held', 'published cancelled',
            'unknown published', 'unknown held', 'unknown cancelled')
          AND NOT (OLD.status IN ('held', 'cancelled') AND NEW.status = 'published' AND scip.is_corrected('/v1/events/' || OLD.slug));
$$);

-- after set_days, by its name
CALL scip.add_trigger($$then_guard BEFORE INSERT OR UPDATE ON event WHEN (current_user IN ('scip_writer', 'scip_central'))$$, $$
  PERFORM scip.refuse(409, 'event-not-draft') WHERE TG_OP = 'INSERT' AND NEW.status <> 'draft';
  PERFORM scip.refuse(409, 'event-not-yet-held') WHERE NEW.status = 'held' AND scip.earliest(NEW.starts) > scip.today();
  PERFORM scip.refuse(422, 'event-needs-a-date', 'starts_on')
    WHERE NEW.status = 'published' AND num_nonnulls(NEW.starts, NEW.date_text) = 0;
$$);
CALL scip.add_trigger($$guard_removal BEFORE DELETE ON event
  WHEN (OLD.status <> 'draft' AND current_user IN ('scip_writer', 'scip_central'))$$, $$PERFORM scip.refuse(409, 'event-not-draft');$$);

-- RFC 5545, 3.8.1.11. That it was held is no news for a calendar.
CREATE FUNCTION scip.ical_status(status text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE status WHEN 'cancelled' THEN 'CANCELLED' WHEN 'unknown' THEN 'TENTATIVE' ELSE 'CONFIRMED' END;

-- Calendars that hold the event take a change over only when SEQUENCE grows (RFC 5546, 2.1.4): of times and status; and of
-- what who comes has to know: title and place. A draft is in no calendar yet.
CALL scip.add_trigger($$then_raise_ical_sequence BEFORE UPDATE ON event WHEN (OLD.status <> 'draft' AND NEW.status <> 'draft')$$, $$
  NEW.ical_sequence := OLD.ical_sequence + ((OLD.title, OLD.title_cy, OLD.starts, OLD.ends, OLD.starts_at, OLD.ends_at, OLD.venue,
      OLD.town, OLD.online, scip.ical_status(OLD.status))
    IS DISTINCT FROM (NEW.title, NEW.title_cy, NEW.starts, NEW.ends, NEW.starts_at, NEW.ends_at, NEW.venue,
      NEW.town, NEW.online, scip.ical_status(NEW.status)))::int;
$$);

-- In the hour of the night that clocks show twice when summer time ends, a local time is read as the first of both
-- (RFC 5545, section 3.3.5): what begins there is given in UTC, what ends there as a duration.
CREATE FUNCTION scip.is_ambiguous(instant timestamptz) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE STRICT
RETURN instant AT TIME ZONE setting.zone() IN ((instant - interval '1 hour') AT TIME ZONE setting.zone(),
                                                (instant + interval '1 hour') AT TIME ZONE setting.zone());
-- What a subscriber sees it by in the list of calendars.
CREATE FUNCTION scip.calendar_name(what text, VARIADIC parts text[]) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN concat_ws(' · ', coalesce(nullif(array_to_string(parts, ' · '), ''), setting.alliance_name()), what);
GRANT EXECUTE ON FUNCTION scip.calendar_name, scip.ical_status, scip.is_ambiguous TO scip_anonymous, scip_caller;

-- Numbers of young people, apart from what is public: the owning Hub's and the central team's.
CREATE TABLE scip.event_outreach (
  event_id bigint PRIMARY KEY REFERENCES scip.event ON DELETE CASCADE,
  interventions int NOT NULL CHECK (interventions >= 0),
  young_people int NOT NULL CHECK (young_people >= 0),
  LIKE ctx.record INCLUDING DEFAULTS
);
CALL scip.protect('event_outreach');
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.event_outreach TO scip_caller;
CALL scip.track_changes('event_outreach', 'event_outreach', $$(SELECT e.slug || '/outreach' FROM event e WHERE e.id = r.event_id)$$,
  $$(SELECT ARRAY[coalesce('hub:' || e.hub_id, 'role:central')] FROM event e WHERE e.id = r.event_id)$$, record => 'r.event_id');

-- Numbers are of what took place.
CALL scip.add_trigger('guard BEFORE INSERT OR UPDATE ON event_outreach',
  $$PERFORM scip.refuse(409, 'event-not-held') WHERE NOT EXISTS (SELECT FROM event WHERE id = NEW.event_id AND status = 'held');$$);

-- A figure as its source asserts it. It never changes: a correction is a row with the same slug and the
-- next version, and the highest version is the one in force. period_text is the period as printed;
-- period_starts and period_ends are filled only where it can mean one thing.
CREATE TABLE scip.headline_figure (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL,
  version int NOT NULL DEFAULT 1 CHECK (version > 0),
  supersedes int GENERATED ALWAYS AS (nullif(version, 1) - 1) STORED,
  metric scip.code NOT NULL,
  definition_version int NOT NULL DEFAULT 1 CHECK (definition_version > 0),
  kind text NOT NULL REFERENCES term.figure_kind,
  title scip.label NOT NULL,
  period_text text,
  period_starts scip.partial_date,
  period_ends scip.partial_date,
  as_of scip.partial_date,
  value numeric NOT NULL CHECK (value >= 0 AND value < 'Infinity'),
  unit text NOT NULL REFERENCES term.unit,
  qualifier text NOT NULL REFERENCES term.qualifier,
  hub_id bigint REFERENCES scip.hub,
  event_id bigint REFERENCES scip.event,
  organisation_id bigint REFERENCES scip.organisation,
  sources scip.sources NOT NULL,
  confidence text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (slug, version),
  FOREIGN KEY (slug, supersedes) REFERENCES scip.headline_figure (slug, version),
  CONSTRAINT headline_figure_one_subject CHECK (num_nonnulls(hub_id, event_id, organisation_id) <= 1),
  CHECK (scip.earliest(period_starts) <= scip.latest(period_ends))
);
CREATE INDEX ON scip.headline_figure (metric, slug);
CREATE INDEX ON scip.headline_figure (kind, period_text);

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON scip.headline_figure
  FOR EACH STATEMENT WHEN (NOT scip.redacting()) EXECUTE FUNCTION scip.refuse_change();

CALL scip.publish('headline_figure');
CALL scip.track_changes('headline_figure', 'headline_figure');
GRANT INSERT, UPDATE ON scip.headline_figure TO scip_caller;

-- The version of a figure that is in force, for who is about to add the next: one at a time.
CREATE FUNCTION scip.lock_figure(figure text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM scip.headline_figure WHERE slug = figure AND version = 1 FOR NO KEY UPDATE;
  RETURN (SELECT max(version) FROM scip.headline_figure WHERE slug = figure);
END $$;
GRANT EXECUTE ON FUNCTION scip.lock_figure TO scip_caller;

INSERT INTO scip.kind_address VALUES ('programme', '/v1/programmes/'), ('programme_participant', '/v1/programmes/'),
  ('event_outreach', '/v1/events/');

COMMIT;
