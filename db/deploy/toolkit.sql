-- The Thriving Lives Toolkit.
BEGIN;

-- The principles are parts of one picture: ordinal is for display and ranks nothing.
CREATE TABLE scip.toolkit_principle (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  ordinal int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED CHECK (ordinal > 0),
  name scip.label NOT NULL,
  summary text,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE scip.toolkit_fact (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('cpd_tier', 'self_assessment_stage', 'fact')),
  ordinal int CHECK (ordinal > 0),
  name scip.label NOT NULL,
  text text,
  value text,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON scip.toolkit_fact (kind, ordinal, id);

CALL scip.publish('toolkit_principle', 'toolkit_fact');

COMMIT;
