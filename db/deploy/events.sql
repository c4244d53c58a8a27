BEGIN;

-- starts null: not known; date_text says what the source does. starts_on and ends_on are the first and the
-- last day that the stated dates may mean: for filters and order, never for display.
CREATE TABLE scip.event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  title scip.label NOT NULL,
  title_source text NOT NULL CHECK (title_source IN ('published', 'described')),
  kind scip.code NOT NULL,
  starts scip.partial_date,
  ends scip.partial_date,
  date_text text,
  venue text,
  town text,
  nation scip.nation,
  online boolean,
  hub_id bigint REFERENCES scip.hub,
  organiser_id bigint REFERENCES scip.organisation,
  attendance int CHECK (attendance >= 0),
  attendance_text text,
  status text NOT NULL CHECK (status IN ('held', 'announced', 'cancelled', 'unknown')),
  url scip.url,
  ical_sequence int NOT NULL DEFAULT 0,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  title_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(title)) STORED,
  search text NOT NULL GENERATED ALWAYS AS
    (scip.searched(title || ' ' || coalesce(venue, '') || ' ' || coalesce(town, ''))) STORED,
  starts_on date GENERATED ALWAYS AS (scip.earliest(starts)) STORED,
  ends_on date GENERATED ALWAYS AS (scip.latest(coalesce(ends, starts))) STORED,
  CHECK (ends IS NULL OR starts IS NOT NULL),
  CHECK (scip.earliest(starts) <= scip.latest(ends))
);
CREATE INDEX ON scip.event (starts_on, id);
CREATE INDEX ON scip.event (title_sort, id);
CREATE INDEX ON scip.event (hub_id);
CREATE INDEX ON scip.event (organiser_id);
COMMENT ON COLUMN scip.event.title_source IS 'described: a label of ours for an event without a published title';
COMMENT ON COLUMN scip.event.ical_sequence IS 'RFC 5545, 3.8.7.4: raised when dates, place or status change';

-- Calendars that hold the event take a change over only when SEQUENCE grows.
CREATE FUNCTION scip.raise_ical_sequence() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.ical_sequence := OLD.ical_sequence + 1;
  RETURN NEW;
END $$;

CREATE TRIGGER raise_ical_sequence BEFORE UPDATE ON scip.event FOR EACH ROW
  WHEN ((OLD.title, OLD.starts, OLD.ends, OLD.venue, OLD.town, OLD.status)
        IS DISTINCT FROM (NEW.title, NEW.starts, NEW.ends, NEW.venue, NEW.town, NEW.status))
  EXECUTE FUNCTION scip.raise_ical_sequence();

CALL scip.publish('event');

COMMIT;
