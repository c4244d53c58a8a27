BEGIN;

-- Groups come and go: dated records, their kinds a list that grows.
CREATE TABLE scip.alliance_group (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  name scip.label NOT NULL,
  kind scip.code NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'closed', 'unknown')),
  starts scip.partial_date,
  ends scip.partial_date,
  purpose text,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED,
  CHECK (scip.earliest(starts) <= scip.latest(ends))
);
CREATE INDEX ON scip.alliance_group (name_sort, id);

CREATE TABLE scip.group_organisation (
  group_id bigint REFERENCES scip.alliance_group ON DELETE CASCADE,
  organisation_id bigint REFERENCES scip.organisation,
  PRIMARY KEY (group_id, organisation_id)
);
CREATE INDEX ON scip.group_organisation (organisation_id);

CALL scip.publish('alliance_group', 'group_organisation');

COMMIT;
