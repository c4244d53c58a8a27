BEGIN;

CREATE TABLE scip.strategy (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  name scip.label NOT NULL,
  period_text text NOT NULL UNIQUE,
  starts scip.partial_date NOT NULL,
  ends scip.partial_date NOT NULL,
  summary text,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (scip.earliest(starts) <= scip.latest(ends))
);

CREATE TABLE scip.strategy_theme (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  strategy_id bigint NOT NULL REFERENCES scip.strategy ON DELETE CASCADE,
  ordinal int NOT NULL CHECK (ordinal > 0),
  slug scip.slug NOT NULL,
  name scip.label NOT NULL,
  UNIQUE (strategy_id, slug),
  UNIQUE (strategy_id, ordinal) DEFERRABLE INITIALLY DEFERRED
);

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
  scope text NOT NULL CHECK (scope IN ('alliance', 'hub', 'event', 'funding', 'context', 'victim_services_alliance')),
  label scip.label NOT NULL,
  period_text text,
  period_starts scip.partial_date,
  period_ends scip.partial_date,
  as_of scip.partial_date,
  value numeric NOT NULL CHECK (value >= 0 AND value < 'Infinity'),
  unit scip.label NOT NULL,
  qualifier text NOT NULL CHECK (qualifier IN ('exact', 'over', 'about', 'at_least', 'target')),
  hub_id bigint REFERENCES scip.hub,
  event_id bigint REFERENCES scip.event,
  organisation_id bigint REFERENCES scip.organisation,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (slug, version),
  FOREIGN KEY (slug, supersedes) REFERENCES scip.headline_figure (slug, version),
  CONSTRAINT headline_figure_one_subject CHECK (num_nonnulls(hub_id, event_id, organisation_id) <= 1),
  CHECK (scip.earliest(period_starts) <= scip.latest(period_ends))
);
CREATE INDEX ON scip.headline_figure (metric);
CREATE INDEX ON scip.headline_figure (scope, period_text);

CREATE FUNCTION scip.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE '% rows do not change', TG_TABLE_NAME
    USING ERRCODE = 'SC409', CONSTRAINT = replace(TG_TABLE_NAME, '_', '-') || '-is-immutable';
END $$;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON scip.headline_figure
  FOR EACH STATEMENT EXECUTE FUNCTION scip.refuse_change();

CALL scip.publish('strategy', 'strategy_theme', 'headline_figure');

COMMIT;
