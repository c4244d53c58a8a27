BEGIN;

-- The four nations and England's nine regions (ONS codes); longitude and latitude of ONS's centroid, WGS 84.
CREATE TABLE scip.region (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  gss_code text NOT NULL UNIQUE CHECK (gss_code ~ '^[ENSW][0-9]{8}$'),
  name scip.label NOT NULL,
  kind text NOT NULL CHECK (kind IN ('region', 'country')),
  nation scip.nation NOT NULL,
  longitude numeric(5, 2) NOT NULL CHECK (longitude BETWEEN -180 AND 180),
  latitude numeric(4, 2) NOT NULL CHECK (latitude BETWEEN -90 AND 90),
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED
);
CREATE INDEX ON scip.region (name_sort, id);

CALL scip.publish('region');

COMMIT;
