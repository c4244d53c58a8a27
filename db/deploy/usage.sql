-- Uses of documents and resources, counted as the COUNTER Code of Practice (R5.1) has it: exactly, whatever the order in
-- which they are committed, and without an address of anybody.
BEGIN;
SET LOCAL client_min_messages = warning;

-- What is used. It stays when the record is deleted: what was counted was counted.
CREATE TABLE scip.use_item (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('document', 'resource')),
  record_id bigint NOT NULL,
  slug scip.slug NOT NULL,
  UNIQUE (kind, record_id)
);
COMMENT ON COLUMN scip.use_item.slug IS 'The record''s when it was first used: for when there is no record any more';

-- Months and how far they are: raw rows there are as long as dropped_at is empty.
CREATE TABLE scip.use_month (
  month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
  starts timestamptz NOT NULL,
  ends timestamptz NOT NULL,
  verified_at timestamptz,
  dropped_at timestamptz,
  uses bigint
);
COMMENT ON COLUMN scip.use_month.uses IS 'Raw rows that were dropped';

-- A click as it came: to recount from. A user is known by keyed hashes alone, whose salts are destroyed: day_key by a
-- day's, month_key by a month's. In the first 30 seconds of a day previous_key is that by the salt of the day before.
CREATE TABLE scip.use (
  at timestamptz NOT NULL,
  item_id int NOT NULL,
  request boolean NOT NULL,
  agent text NOT NULL CHECK (agent IN ('human', 'machine', 'robot')),
  day_key uuid NOT NULL,
  previous_key uuid,
  month_key uuid NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX ON scip.use (day_key, item_id, at);
CREATE INDEX ON scip.use (previous_key, item_id, at) WHERE previous_key IS NOT NULL;
COMMENT ON COLUMN scip.use.day_key
  IS 'personal: purpose=to count a user''s clicks once; basis=legitimate interests, UK GDPR Art. 6(1)(f); '
  'retention=until the month is verified and 62 days over; the salt goes with its day';
COMMENT ON COLUMN scip.use.previous_key
  IS 'personal: purpose=to count clicks across midnight once; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=as day_key';
COMMENT ON COLUMN scip.use.month_key
  IS 'personal: purpose=to count a month''s users once; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=as day_key; '
  'the salt goes with its month';
COMMENT ON COLUMN scip.use.request IS 'A request is an investigation too';

-- Chains that ended in a session (a user's hour) and those of a visitor in a month: unique is what has at least one.
CREATE TABLE scip.use_session (
  month date NOT NULL,
  day_key uuid NOT NULL,
  item_id int NOT NULL,
  hour smallint NOT NULL,
  agent text NOT NULL,
  investigations int NOT NULL,
  requests int NOT NULL,
  PRIMARY KEY (day_key, item_id, hour, agent, month)
) PARTITION BY LIST (month);
CREATE TABLE scip.use_visitor (
  month date NOT NULL,
  month_key uuid NOT NULL,
  agent text NOT NULL,
  investigations int NOT NULL,
  requests int NOT NULL,
  of_documents int NOT NULL, -- of the investigations; the others are of resources
  PRIMARY KEY (month_key, agent, month)
) PARTITION BY LIST (month);

-- The figures: these are kept.
CREATE TABLE scip.usage_month (
  item_id int NOT NULL REFERENCES scip.use_item,
  month date NOT NULL,
  agent text NOT NULL,
  total_item_investigations bigint NOT NULL,
  unique_item_investigations bigint NOT NULL,
  total_item_requests bigint NOT NULL,
  unique_item_requests bigint NOT NULL,
  PRIMARY KEY (item_id, month, agent)
);
CREATE INDEX ON scip.usage_month (month);
CREATE TABLE scip.users_month (
  month date NOT NULL,
  agent text NOT NULL,
  investigating bigint NOT NULL,
  requesting bigint NOT NULL,
  of_resources bigint NOT NULL DEFAULT 0,
  of_documents bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (month, agent)
);
COMMENT ON TABLE scip.users_month
  IS 'Users distinct within a month: of everything, of the resource bank, of the research repository; who used both is in each';

-- Secret, and gone when its time is over.
CREATE TABLE scip.usage_salt (
  period text NOT NULL CHECK (period IN ('day', 'month')),
  starts timestamptz NOT NULL,
  ends timestamptz NOT NULL,
  salt bytea NOT NULL CHECK (length(salt) = 32),
  PRIMARY KEY (period, starts)
);

-- What kind of agent it is: machines are recognised first, then robots; the rest is human.
CREATE TABLE scip.agent_pattern (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  agent text NOT NULL CHECK (agent IN ('machine', 'robot')),
  pattern text NOT NULL CHECK (length(pattern) BETWEEN 1 AND 500),
  imported boolean NOT NULL DEFAULT false,
  CONSTRAINT agent_pattern_once UNIQUE (agent, pattern)
);
COMMENT ON COLUMN scip.agent_pattern.imported IS 'From a published list; the others are the service''s own';
CREATE TABLE scip.agent_list (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  edition bigint NOT NULL DEFAULT 1
);
INSERT INTO scip.agent_list DEFAULT VALUES;

CALL scip.protect('use_month', 'use', 'use_session', 'use_visitor', 'usage_salt', 'agent_pattern', 'agent_list');
CALL scip.publish('use_item', 'usage_month', 'users_month');
CALL scip.track_changes('agent_pattern', NULL, 'NULL', 'NULL');

CALL scip.add_trigger('note_agents AFTER INSERT OR UPDATE OR DELETE ON agent_pattern',
  $$UPDATE scip.agent_list SET edition = edition + 1;$$);

-- Partitions have a schema of their own, which is nobody's.
CREATE SCHEMA counted;

CREATE FUNCTION scip.use_month_of(at timestamptz) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
RETURN date_trunc('month', at AT TIME ZONE setting.zone())::date;

-- Makes the partitions of a month, and those of the next one: attached, which stops nobody who records meanwhile. Visitors
-- come again: a row has room for its next version beside it, so that the index need not know of it.
CREATE FUNCTION scip.make_use_partitions(month date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  first date;
  t text;
  part text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('scip.use_month', 0));
  FOREACH first IN ARRAY ARRAY[month, (month + interval '1 month')::date] LOOP
    CONTINUE WHEN EXISTS (SELECT FROM use_month m WHERE m.month = first);
    INSERT INTO use_month (month, starts, ends)
    VALUES (first, first::timestamp AT TIME ZONE setting.zone(), (first + interval '1 month') AT TIME ZONE setting.zone());
    FOREACH t IN ARRAY '{use,use_session,use_visitor}'::text[] LOOP
      part := t || to_char(first, '_YYYY_MM');
      EXECUTE format('CREATE TABLE counted.%I (LIKE scip.%I INCLUDING ALL) WITH (fillfactor = %s)', part, t,
        CASE t WHEN 'use_visitor' THEN 70 ELSE 100 END);
      EXECUTE format('ALTER TABLE scip.%I ATTACH PARTITION counted.%I FOR VALUES ', t, part)
        || CASE t WHEN 'use' THEN (SELECT format('FROM (%L) TO (%L)', m.starts, m.ends) FROM use_month m WHERE m.month = first)
                  ELSE format('IN (%L)', first) END;
    END LOOP;
  END LOOP;
END $$;

-- What items' names (document/<slug>, resource:<id>) mean, each once; no record_id: nothing. No item_id: not used yet.
CREATE FUNCTION scip.use_targets(names text[], OUT name text, OUT kind text, OUT record_id bigint, OUT slug text, OUT url text,
  OUT withdrawn boolean, OUT item_id int) RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT n.name, n.kind, x.record_id, x.slug, x.url, coalesce(x.withdrawn, false),
    (SELECT i.id FROM scip.use_item i WHERE i.kind = n.kind AND i.record_id = x.record_id)
  FROM (SELECT DISTINCT g.name, left(g.name, 8) AS kind, substr(g.name, 1, 9) AS way, substr(g.name, 10) AS rest
    FROM unnest(names) g (name)) n
  LEFT JOIN LATERAL ( -- by an index, in one of four ways
    SELECT d.id, d.slug::text, d.url, d.withdrawn_at IS NOT NULL FROM scip.document d WHERE n.way = 'document/' AND d.slug = n.rest
    UNION ALL SELECT r.id, r.slug::text, r.url, r.withdrawn_at IS NOT NULL FROM scip.resource r
      WHERE n.way = 'resource/' AND r.slug = n.rest
    UNION ALL SELECT d.id, d.slug::text, d.url, d.withdrawn_at IS NOT NULL FROM scip.document d
      WHERE n.way = 'document:' AND d.id = CASE WHEN n.rest ~ '^[0-9]{1,18}$' THEN n.rest::bigint END
    UNION ALL SELECT r.id, r.slug::text, r.url, r.withdrawn_at IS NOT NULL FROM scip.resource r
      WHERE n.way = 'resource:' AND r.id = CASE WHEN n.rest ~ '^[0-9]{1,18}$' THEN n.rest::bigint END) x (record_id, slug, url,
        withdrawn) ON true;
$$;

CREATE TYPE scip.use_change AS (item_id int, month date, agent text, month_key uuid, i int, r int, ui int, ur int);

-- Records uses: nth elements belong together; kind is 1 for an investigation, 2 for a request, 3 for a visit, which is a
-- request if the item has an address, and 0 to ask for that alone. Gives the status (0, 404, 410) and the address of the item of each, in
-- their order, and no row where `version` is not that of the patterns now: then nothing was recorded.
-- Clicks of one user on one item no more than 30 seconds apart are a chain, which counts once, at its last click. A
-- click is therefore the end of a chain if none follows within 30 seconds, and a new one changes that of those
-- before it at most. So the ends around the new ones are found without and with them, and the difference is counted.
-- By far the most clicks are the only one of their user on their item that day: an end, and the first of a session. Such
-- a one has no row in use_session before another comes.
-- A session that records clicks of the same user on the same item waits: what is around is all there is.
CREATE FUNCTION scip.record_uses(version bigint, at bigint[], item text[], kind int[], agent text[], day_key uuid[], previous_key uuid[],
  month_key uuid[], OUT status int, OUT url text) RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp
-- one plan for good, by indexes: made again for the months of each call, or when tables were small, it costs more than its run;
-- hence also scalar subqueries and OFFSET 0, which are never hashed
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  statuses int[];
  urls text[];
  items int[];
  unknown boolean;
  lowest timestamptz;
  highest timestamptz;
  first timestamptz;
  last timestamptz;
  months date[];
  missing date;
  dropped boolean;
  crowd boolean;
  alone boolean[];
  crowded use_change[];
BEGIN
  LOOP
    SELECT array_agg(v.status), array_agg(v.url), array_agg(v.item_id), bool_or(v.unknown), to_timestamp(min(v.at)), to_timestamp(max(v.at))
    INTO statuses, urls, items, unknown, lowest, highest
    FROM (SELECT s.status, t.url, CASE s.status WHEN 0 THEN t.item_id END AS item_id, t.record_id IS NOT NULL
      AND t.item_id IS NULL AS unknown,
                 CASE WHEN s.status = 0 AND g.kind > 0 THEN g.at END AS at
          FROM unnest(record_uses.item, record_uses.kind, record_uses.at) WITH ORDINALITY g (name, kind, at, n)
          JOIN agent_list l ON l.edition = record_uses.version
          JOIN (SELECT * FROM use_targets(record_uses.item) OFFSET 0) t ON t.name = g.name -- each once
          CROSS JOIN LATERAL (SELECT CASE WHEN t.record_id IS NULL OR g.kind = 3 AND t.url IS NULL
            AND NOT t.withdrawn THEN 404 WHEN t.withdrawn THEN 410 ELSE 0 END AS status) s
          ORDER BY g.n) v;
    EXIT WHEN NOT coalesce(unknown, false);
    INSERT INTO use_item (kind, record_id, slug)
    SELECT DISTINCT t.kind, t.record_id, t.slug FROM use_targets(record_uses.item) t WHERE t.record_id IS NOT NULL AND t.item_id IS NULL
      ORDER BY 1, 2
    ON CONFLICT (kind, record_id) DO NOTHING;
  END LOOP;
  IF lowest IS NULL THEN
    RETURN QUERY SELECT * FROM unnest(statuses, urls);
    RETURN;
  END IF;

  months := ARRAY[use_month_of(lowest)];
  IF use_month_of(highest) <> months[1] THEN
    SELECT array_agg(DISTINCT use_month_of(to_timestamp(u.at))) INTO months
    FROM unnest(record_uses.at, items, record_uses.kind) u (at, item_id, kind) WHERE u.item_id IS NOT NULL AND u.kind > 0;
  END IF;
  LOOP
    SELECT min(u.month) FILTER (WHERE m.month IS NULL), bool_or(m.dropped_at IS NOT NULL) INTO missing, dropped
    FROM unnest(months) u (month) LEFT JOIN use_month m ON m.month = u.month;
    EXIT WHEN missing IS NULL;
    PERFORM make_use_partitions(missing);
  END LOOP;
  PERFORM scip.refuse(409, 'month-closed') WHERE dropped;

  -- before anything is read or locked that a recount makes again
  LOCK TABLE ONLY use IN ROW EXCLUSIVE MODE;
  -- a statement of its own, in one order for all: the next one sees what those who were waited for have committed
  SELECT bool_or(l.twice), count(pg_advisory_xact_lock(l.lock)) INTO crowd
  FROM (SELECT uuid_hash_extended(k.key, u.item_id) AS lock, count(*) > 1 AS twice
        FROM unnest(items, record_uses.kind, record_uses.day_key, record_uses.previous_key) u (item_id, kind, day_key, previous_key)
        CROSS JOIN LATERAL (VALUES (u.day_key), (u.previous_key)) k (key)
        WHERE u.item_id IS NOT NULL AND u.kind > 0 AND k.key IS NOT NULL GROUP BY 1 ORDER BY 1) l;

  lowest := lowest - interval '30 seconds';
  highest := highest + interval '30 seconds';
  first := date_trunc('day', lowest AT TIME ZONE setting.zone()) AT TIME ZONE setting.zone();
  last := (date_trunc('day', highest AT TIME ZONE setting.zone()) + interval '1 day') AT TIME ZONE setting.zone();
  crowd := crowd OR last - first > interval '25 hours';

  -- By far the most are the only one of their user on their item that day. NULL: it does not count.
  SELECT array_agg(CASE WHEN u.item_id IS NOT NULL AND u.kind > 0 THEN
                     NOT crowd AND (SELECT 1 FROM use o WHERE o.day_key = u.day_key AND o.item_id = u.item_id AND o.at >= first
                       AND o.at < last LIMIT 1) IS NULL END)
  INTO alone FROM unnest(items, record_uses.kind, record_uses.day_key) u (item_id, kind, day_key);
  IF false = ANY (alone) THEN
    WITH click AS MATERIALIZED (
      SELECT to_timestamp(u.at) AS at, u.item_id, u.kind >= 2 AS request, u.agent, u.day_key, u.previous_key, u.month_key
      FROM unnest(record_uses.at, items, record_uses.kind, record_uses.agent, record_uses.day_key, record_uses.previous_key,
        record_uses.month_key, alone)
        u (at, item_id, kind, agent, day_key, previous_key, month_key, alone)
      WHERE NOT u.alone
    ), place AS MATERIALIZED ( -- a click is of its day's user, and for the first 30 seconds of the one before too
      SELECT c.day_key AS key, c.item_id, c.at, true AS own, c.request, c.agent, c.month_key FROM click c
      UNION ALL
      SELECT c.previous_key, c.item_id, c.at, false, c.request, c.agent, c.month_key FROM click c WHERE c.previous_key IS NOT NULL
    ), around AS (
      SELECT p.key, p.item_id, u.at, u.own, false AS new, u.request, u.agent, u.month_key
      FROM (SELECT DISTINCT p.key, p.item_id, p.at FROM place p) p CROSS JOIN LATERAL (
        SELECT o.at, true AS own, o.request, o.agent, o.month_key FROM use o
        WHERE o.day_key = p.key AND o.item_id = p.item_id AND o.at BETWEEN p.at - interval '30 seconds' AND p.at + interval '30 seconds'
          AND o.at BETWEEN lowest AND highest
        UNION ALL
        SELECT o.at, false, o.request, o.agent, o.month_key FROM use o
        WHERE crowd AND o.previous_key = p.key AND o.item_id = p.item_id
          AND o.at BETWEEN p.at - interval '30 seconds' AND p.at + interval '30 seconds'
          AND o.at BETWEEN lowest AND highest) u
      UNION ALL
      SELECT p.key, p.item_id, p.at, p.own, true, p.request, p.agent, p.month_key FROM place p
    ), second AS ( -- of each second, of which agent it was and will be; NULL: there is no such click
      SELECT a.key, a.item_id, a.at, a.own, a.month_key,
             max(a.agent) FILTER (WHERE NOT a.new) AS i0, max(a.agent) AS i1,
             max(a.agent) FILTER (WHERE NOT a.new AND a.request) AS r0, max(a.agent) FILTER (WHERE a.request) AS r1
      FROM around a GROUP BY a.key, a.item_id, a.at, a.own, a.month_key
    ), followed AS (
      SELECT s.*, count(s.i0) OVER next AS i0s, count(s.i1) OVER next AS i1s, count(s.r0) OVER next AS r0s, count(s.r1) OVER next AS r1s
      FROM second s
      WINDOW next AS (PARTITION BY s.key, s.item_id
        ORDER BY s.at RANGE BETWEEN interval '1 second' FOLLOWING AND interval '30 seconds' FOLLOWING)
    ), seed AS ( -- who was alone until now has no session yet
      SELECT p.day_key AS key, p.item_id, o.at, o.agent, o.month_key, o.request
      FROM (SELECT DISTINCT c.day_key, c.item_id FROM click c) p
      CROSS JOIN LATERAL (SELECT * FROM use o WHERE o.day_key = p.day_key AND o.item_id = p.item_id AND o.at >= first
        AND o.at < last OFFSET 0) o
      WHERE (SELECT 1 FROM use_session s WHERE s.day_key = p.day_key AND s.item_id = p.item_id LIMIT 1) IS NULL
    ), changed AS MATERIALIZED (
      SELECT e.key, e.item_id, use_month_of(e.at) AS month, extract(hour FROM e.at AT TIME ZONE setting.zone())::smallint AS hour,
             e.agent, e.month_key, sum(e.i)::int AS i, sum(e.r)::int AS r, sum(e.had_i)::int AS had_i, sum(e.had_r)::int AS had_r
      FROM (SELECT f.key, f.item_id, f.at, v.agent, f.month_key, v.i, v.r, 0 AS had_i, 0 AS had_r
            FROM followed f CROSS JOIN LATERAL (VALUES (f.i1, 0, 0), -- a session of it, even if it has no end
              (CASE f.i0s WHEN 0 THEN f.i0 END, -1, 0), (CASE f.i1s WHEN 0 THEN f.i1 END, 1, 0),
              (CASE f.r0s WHEN 0 THEN f.r0 END, 0, -1), (CASE f.r1s WHEN 0 THEN f.r1 END, 0, 1)) v (agent, i, r)
            WHERE f.own AND v.agent IS NOT NULL
            UNION ALL
            SELECT s.key, s.item_id, s.at, s.agent, s.month_key, 0, 0, 1, s.request::int FROM seed s) e
      GROUP BY 1, 2, 3, 4, 5, 6
    ), session AS (
      INSERT INTO use_session AS s (month, day_key, item_id, hour, agent, investigations, requests)
      SELECT c.month, c.key, c.item_id, c.hour, c.agent, c.had_i + c.i, c.had_r + c.r FROM changed c
        ORDER BY c.key, c.item_id, c.hour, c.agent
      ON CONFLICT (day_key, item_id, hour, agent, month) DO UPDATE
        SET investigations = s.investigations + EXCLUDED.investigations, requests = s.requests + EXCLUDED.requests
      RETURNING s.day_key, s.item_id, s.hour, s.agent, s.investigations, s.requests
    )
    SELECT array_agg(ROW(c.item_id, c.month, c.agent, c.month_key, c.i, c.r, (s.investigations > 0)::int - (s.investigations > c.i)::int,
                         (s.requests > 0)::int - (s.requests > c.r)::int)::use_change) INTO crowded
    FROM changed c JOIN session s ON s.day_key = c.key AND s.item_id = c.item_id AND s.hour = c.hour AND s.agent = c.agent
    WHERE c.i <> 0 OR c.r <> 0;
  END IF;

  WITH click AS MATERIALIZED (
    SELECT to_timestamp(u.at) AS at, u.item_id, u.kind >= 2 AS request, u.agent, u.day_key, u.previous_key, u.month_key, u.alone
    FROM unnest(record_uses.at, items, record_uses.kind, record_uses.agent, record_uses.day_key, record_uses.previous_key,
      record_uses.month_key, alone)
      u (at, item_id, kind, agent, day_key, previous_key, month_key, alone)
    WHERE u.alone IS NOT NULL
  ), raw AS (
    INSERT INTO use (at, item_id, request, agent, day_key, previous_key, month_key)
    SELECT c.at, c.item_id, c.request, c.agent, c.day_key, c.previous_key, c.month_key FROM click c
  ), counted AS MATERIALIZED (
    SELECT c.item_id, use_month_of(c.at) AS month, c.agent, c.month_key, 1 AS i, c.request::int AS r, 1 AS ui, c.request::int AS ur
      FROM click c WHERE c.alone
    UNION ALL
    SELECT t.item_id, t.month, t.agent, t.month_key, t.i, t.r, t.ui, t.ur FROM unnest(crowded) t
  ), change AS MATERIALIZED (
    SELECT t.month, t.month_key, t.agent, sum(t.i)::int AS i, sum(t.r)::int AS r,
      coalesce(sum(t.i) FILTER (WHERE x.kind = 'document'), 0)::int AS d
    FROM counted t JOIN use_item x ON x.id = t.item_id GROUP BY 1, 2, 3
    HAVING sum(t.i) <> 0 OR sum(t.r) <> 0 OR sum(t.i) FILTER (WHERE x.kind = 'document') <> 0
  ), visitor AS (
    INSERT INTO use_visitor AS v (month, month_key, agent, investigations, requests, of_documents)
    SELECT c.month, c.month_key, c.agent, c.i, c.r, c.d FROM change c ORDER BY 2, 3, 1
    ON CONFLICT (month_key, agent, month) DO UPDATE
      SET investigations = v.investigations + EXCLUDED.investigations, requests = v.requests + EXCLUDED.requests,
          of_documents = v.of_documents + EXCLUDED.of_documents
    RETURNING v.month, v.month_key, v.agent, v.investigations, v.requests, v.of_documents
  ), people AS MATERIALIZED (
    SELECT c.month, c.agent, sum((v.investigations > 0)::int - (v.investigations > c.i)::int) AS i,
      sum((v.requests > 0)::int - (v.requests > c.r)::int) AS r,
           sum((v.investigations > v.of_documents)::int - (v.investigations - c.i > v.of_documents - c.d)::int) AS of_resources,
           sum((v.of_documents > 0)::int - (v.of_documents > c.d)::int) AS of_documents
    FROM change c JOIN visitor v ON v.month = c.month AND v.month_key = c.month_key AND v.agent = c.agent
    GROUP BY 1, 2
  ), users AS (
    INSERT INTO users_month AS m
    SELECT p.month, p.agent, p.i, p.r, p.of_resources, p.of_documents FROM people p ORDER BY 1, 2
    ON CONFLICT (month, agent) DO UPDATE SET investigating = m.investigating + EXCLUDED.investigating,
      requesting = m.requesting + EXCLUDED.requesting,
      of_resources = m.of_resources + EXCLUDED.of_resources, of_documents = m.of_documents + EXCLUDED.of_documents
    RETURNING 1
  )
  -- what others wait for comes last, and everybody locks in this order: visitors, users, figures
  INSERT INTO usage_month AS m
  SELECT t.item_id, t.month, t.agent, sum(t.i), sum(t.ui), sum(t.r), sum(t.ur) FROM counted t
  WHERE (SELECT count(*) FROM users) >= 0
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (item_id, month, agent) DO UPDATE
    SET total_item_investigations = m.total_item_investigations + EXCLUDED.total_item_investigations,
        unique_item_investigations = m.unique_item_investigations + EXCLUDED.unique_item_investigations,
        total_item_requests = m.total_item_requests + EXCLUDED.total_item_requests,
        unique_item_requests = m.unique_item_requests + EXCLUDED.unique_item_requests;

  RETURN QUERY SELECT * FROM unnest(statuses, urls);
END $$;

-- The salts for a click at this second: when the day begins and ends, its salt, that of the day before while a click may
-- still follow one of it, and the month's. Made on first use; those that are over go.
CREATE FUNCTION scip.salt(period text, at timestamptz) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
  first timestamp := date_trunc(period, at AT TIME ZONE setting.zone());
  found_salt bytea;
BEGIN
  LOOP
    SELECT s.salt INTO found_salt FROM scip.usage_salt s WHERE s.period = salt.period AND s.starts = first AT TIME ZONE setting.zone();
    EXIT WHEN FOUND;
    INSERT INTO scip.usage_salt
    VALUES (period, first AT TIME ZONE setting.zone(), (first + ('1 ' || period)::interval) AT TIME ZONE setting.zone(),
            uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    ON CONFLICT DO NOTHING;
  END LOOP;
  RETURN found_salt;
END $$;
-- A minute beyond its end, for clocks and clicks that are late.
CREATE FUNCTION scip.drop_salts(at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  removed int;
BEGIN
  DELETE FROM scip.usage_salt WHERE ends < least(at, now()) - interval '1 minute';
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END $$;
CREATE FUNCTION scip.usage_salts(at bigint, OUT starts bigint, OUT ends bigint, OUT day bytea, OUT previous bytea, OUT month bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  moment timestamptz := to_timestamp(at);
  first timestamp := date_trunc('day', moment AT TIME ZONE setting.zone());
BEGIN
  starts := extract(epoch FROM first AT TIME ZONE setting.zone());
  ends := extract(epoch FROM (first + interval '1 day') AT TIME ZONE setting.zone());
  PERFORM drop_salts(moment);
  day := salt('day', moment);
  IF at < starts + 30 THEN
    previous := salt('day', to_timestamp(starts - 1));
  END IF;
  month := salt('month', moment);
END $$;

-- The patterns and their version, which is in each row.
CREATE FUNCTION scip.agent_patterns(OUT version bigint, OUT agent text, OUT pattern text) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT l.edition, p.agent, p.pattern FROM agent_list l LEFT JOIN agent_pattern p ON true ORDER BY p.id;
$$;

-- The ends of chains of a month, counted from its raw rows by another way than above: sorted, and looked at in pairs.
CREATE FUNCTION scip.counted(month date, OUT item_id int, OUT agent text, OUT day_key uuid, OUT month_key uuid, OUT hour smallint,
  OUT request boolean) RETURNS SETOF record LANGUAGE sql STABLE AS $$
  WITH part AS (
    SELECT m.starts, m.ends FROM scip.use_month m WHERE m.month = counted.month AND m.dropped_at IS NULL
  ), click AS ( -- the next day's first clicks end no chain of this month, but they may go one on
    SELECT u.*, s.request AS stream FROM part p
    JOIN scip.use u ON u.at >= p.starts AND u.at < p.ends + interval '30 seconds'
    JOIN (VALUES (false), (true)) s (request) ON u.request OR NOT s.request
  ), second AS (
    SELECT c.stream, c.item_id, c.day_key, c.at, max(c.agent) AS agent, c.previous_key, c.month_key FROM click c
    GROUP BY c.stream, c.item_id, c.day_key, c.at, c.previous_key, c.month_key
  ), guest AS ( -- of the day before: its first after midnight
    SELECT s.stream, s.item_id, s.previous_key AS day_key, min(s.at) AS at FROM second s WHERE s.previous_key IS NOT NULL GROUP BY 1, 2, 3
  ), pair AS (
    SELECT s.*, lead(s.at) OVER (PARTITION BY s.stream, s.item_id, s.day_key ORDER BY s.at) AS next FROM second s
  )
  SELECT p.item_id, p.agent, p.day_key, p.month_key, extract(hour FROM p.at AT TIME ZONE setting.zone())::smallint, p.stream
  FROM pair p CROSS JOIN part LEFT JOIN guest g ON g.stream = p.stream AND g.item_id = p.item_id AND g.day_key = p.day_key
  WHERE p.at < part.ends AND coalesce(least(p.next, g.at) - p.at > interval '30 seconds', true);
$$;
CREATE FUNCTION scip.counted_usage(month date, OUT item_id int, OUT agent text, OUT ti bigint, OUT ui bigint, OUT tr bigint, OUT ur bigint)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT c.item_id, c.agent, count(*) FILTER (WHERE NOT c.request), count(DISTINCT (c.day_key, c.hour)) FILTER (WHERE NOT c.request),
         count(*) FILTER (WHERE c.request), count(DISTINCT (c.day_key, c.hour)) FILTER (WHERE c.request)
  FROM scip.counted(month) c GROUP BY 1, 2;
$$;
CREATE FUNCTION scip.counted_users(month date, OUT agent text, OUT investigating bigint, OUT requesting bigint, OUT of_resources bigint,
  OUT of_documents bigint) RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT c.agent, count(DISTINCT c.month_key) FILTER (WHERE NOT c.request), count(DISTINCT c.month_key) FILTER (WHERE c.request),
         count(DISTINCT c.month_key) FILTER (WHERE NOT c.request AND i.kind = 'resource'),
           count(DISTINCT c.month_key) FILTER (WHERE NOT c.request AND i.kind = 'document')
  FROM scip.counted(month) c JOIN scip.use_item i ON i.id = c.item_id GROUP BY 1;
$$;

-- Where a month's figures are not those of its raw rows: item NULL, those of users. One statement, so one moment.
CREATE FUNCTION scip.usage_faults(month date, OUT item text, OUT agent text, OUT metric text, OUT figure bigint, OUT recount bigint)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT i.kind || '/' || i.slug, agent, v.metric, v.figure, v.recount
  FROM (SELECT * FROM scip.usage_month u WHERE u.month = usage_faults.month) u
  FULL JOIN scip.counted_usage(usage_faults.month) c USING (item_id, agent)
  LEFT JOIN scip.use_item i ON i.id = item_id
  CROSS JOIN LATERAL (VALUES ('total_item_investigations', coalesce(u.total_item_investigations, 0), coalesce(c.ti, 0)),
    ('unique_item_investigations', coalesce(u.unique_item_investigations, 0), coalesce(c.ui, 0)),
    ('total_item_requests', coalesce(u.total_item_requests, 0), coalesce(c.tr, 0)),
    ('unique_item_requests', coalesce(u.unique_item_requests, 0), coalesce(c.ur, 0))) v (metric, figure, recount)
  WHERE v.figure <> v.recount
  UNION ALL
  SELECT NULL, agent, v.metric, v.figure, v.recount
  FROM (SELECT * FROM scip.users_month u WHERE u.month = usage_faults.month) u
  FULL JOIN scip.counted_users(usage_faults.month) c USING (agent)
  CROSS JOIN LATERAL (VALUES ('users_investigating', coalesce(u.investigating, 0), coalesce(c.investigating, 0)),
    ('users_requesting', coalesce(u.requesting, 0), coalesce(c.requesting, 0)),
    ('users_of_resources', coalesce(u.of_resources, 0), coalesce(c.of_resources, 0)),
    ('users_of_documents', coalesce(u.of_documents, 0), coalesce(c.of_documents, 0))) v (metric, figure, recount)
  WHERE v.figure <> v.recount;
$$;

-- The months that can still be recounted, and how many of their figures differ.
CREATE FUNCTION scip.verify_usage(OUT month text, OUT item text, OUT agent text, OUT metric text, OUT figure bigint, OUT recount bigint)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT to_char(m.month, 'YYYY-"M"MM'), f.* FROM scip.use_month m CROSS JOIN LATERAL scip.usage_faults(m.month) f
  WHERE m.dropped_at IS NULL ORDER BY m.month, f.item NULLS LAST, f.agent, f.metric;
$$;

-- Puts the figures of such a month, and what the counter goes on from, in the place of those that differ. Who records
-- waits meanwhile.
CREATE FUNCTION scip.repair_usage(month date) RETURNS int LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  faults int;
BEGIN
  LOCK TABLE scip.use IN SHARE ROW EXCLUSIVE MODE;
  SELECT count(*) INTO faults FROM scip.usage_faults(repair_usage.month);
  DELETE FROM scip.use_session WHERE month = repair_usage.month;
  DELETE FROM scip.use_visitor WHERE month = repair_usage.month;
  DELETE FROM scip.usage_month WHERE month = repair_usage.month;
  DELETE FROM scip.users_month WHERE month = repair_usage.month;
  INSERT INTO scip.use_session
  SELECT repair_usage.month, c.day_key, c.item_id, c.hour, c.agent, count(*) FILTER (WHERE NOT c.request), count(*) FILTER (WHERE c.request)
  FROM scip.counted(repair_usage.month) c GROUP BY 2, 3, 4, 5;
  INSERT INTO scip.use_session -- who is known by a chain that went on after midnight alone was not alone
  SELECT DISTINCT m.month, u.day_key, u.item_id, extract(hour FROM u.at AT TIME ZONE setting.zone())::smallint, u.agent, 0, 0
  FROM scip.use_month m JOIN scip.use u ON u.at >= m.starts AND u.at < m.ends
  WHERE m.month = repair_usage.month
    AND (u.at AT TIME ZONE setting.zone())::date <> ((u.at + interval '30 seconds') AT TIME ZONE setting.zone())::date
  ON CONFLICT DO NOTHING;
  INSERT INTO scip.use_visitor
  SELECT repair_usage.month, c.month_key, c.agent, count(*) FILTER (WHERE NOT c.request), count(*) FILTER (WHERE c.request),
         count(*) FILTER (WHERE NOT c.request AND i.kind = 'document')
  FROM scip.counted(repair_usage.month) c JOIN scip.use_item i ON i.id = c.item_id GROUP BY 2, 3;
  INSERT INTO scip.usage_month
  SELECT c.item_id, repair_usage.month, c.agent, c.ti, c.ui, c.tr, c.ur FROM scip.counted_usage(repair_usage.month) c;
  INSERT INTO scip.users_month
  SELECT repair_usage.month, c.agent, c.investigating, c.requesting, c.of_resources, c.of_documents
    FROM scip.counted_users(repair_usage.month) c;
  RETURN faults;
END $$;
CREATE FUNCTION scip.recount_usage(OUT month text, OUT repaired int) RETURNS SETOF record LANGUAGE sql VOLATILE AS $$
  SELECT to_char(m.month, 'YYYY-"M"MM'), scip.repair_usage(m.month) FROM scip.use_month m WHERE m.dropped_at IS NULL ORDER BY m.month;
$$;

-- Salts that are over.
CREATE FUNCTION scip.retain_usage_salt() RETURNS int LANGUAGE sql VOLATILE RETURN scip.drop_salts(now());

-- Raw rows of months that are over for 62 days, verified, and have no month before them that is not. A month is verified
-- once it is a day over. Next month's partitions are made.
CREATE FUNCTION scip.retain_use() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  m record;
  t text;
  removed int := 0;
  faults int;
BEGIN
  PERFORM scip.make_use_partitions(scip.use_month_of(now()));
  FOR m IN SELECT u.month FROM scip.use_month u WHERE u.verified_at IS NULL AND u.dropped_at IS NULL AND u.ends < now() - interval '1 day'
    ORDER BY 1 LOOP
    SELECT count(*) INTO faults FROM scip.usage_faults(m.month);
    UPDATE scip.use_month u SET verified_at = now() WHERE u.month = m.month AND faults = 0;
    IF faults > 0 THEN
      RAISE WARNING '% figures of uses of % are not those of the raw rows: these stay until scip-api recount', faults, m.month;
    END IF;
  END LOOP;
  FOR m IN SELECT u.*, count(*) FILTER (WHERE u.verified_at IS NULL) OVER (ORDER BY u.month) AS unverified FROM scip.use_month u
           WHERE u.dropped_at IS NULL AND u.ends < now() - interval '62 days' ORDER BY u.month LOOP
    EXIT WHEN m.unverified > 0;
    UPDATE scip.use_month u SET dropped_at = now(), uses = (SELECT count(*) FROM scip.use c WHERE c.at >= u.starts AND c.at < u.ends)
    WHERE u.month = m.month RETURNING removed + u.uses INTO removed;
    FOREACH t IN ARRAY '{use,use_session,use_visitor}'::text[] LOOP
      EXECUTE format('DROP TABLE counted.%I', t || to_char(m.month, '_YYYY_MM'));
    END LOOP;
  END LOOP;
  RETURN removed;
END $$;

-- A published list in place of the one before. The service's own patterns stay.
CREATE FUNCTION scip.import_agents(patterns jsonb, OUT listed int, OUT added int, OUT removed int) LANGUAGE plpgsql AS $$
BEGIN
  listed := jsonb_array_length(patterns);
  DELETE FROM scip.agent_pattern p WHERE p.imported AND NOT patterns ? p.pattern;
  GET DIAGNOSTICS removed = ROW_COUNT;
  INSERT INTO scip.agent_pattern (agent, pattern, imported)
  SELECT DISTINCT 'robot', p, true FROM jsonb_array_elements_text(patterns) p ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS added = ROW_COUNT;
END $$;

-- A month as it is named: 2026-M11; its first day.
CREATE FUNCTION scip.named_month(name text) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN make_date(left(name, 4)::int, right(name, 2)::int, 1);

-- Figures of some items, or of all (NULL), summed over what `by` does not name. Totals of past periods stand beside, as
-- they came in: nobody can sum or split them.
CREATE FUNCTION scip.usage_figures(items int[], kind text, agent text, first date, last date, by text[],
  OUT item_id int, OUT period text, OUT agent_of text, OUT basis text, OUT ti numeric, OUT ui numeric, OUT tr numeric, OUT ur numeric)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  RETURN QUERY
  SELECT CASE WHEN 'item' = ANY (by) THEN u.item_id END, CASE WHEN 'month' = ANY (by) THEN to_char(u.month, 'YYYY-"M"MM') END,
         CASE WHEN 'agent' = ANY (by) THEN u.agent END, 'counted', sum(u.total_item_investigations), sum(u.unique_item_investigations),
         sum(u.total_item_requests), sum(u.unique_item_requests)
  FROM scip.usage_month u
  WHERE (items IS NULL OR u.item_id = ANY (items)) AND (usage_figures.agent IS NULL OR u.agent = usage_figures.agent)
    AND (first IS NULL OR u.month >= first) AND (last IS NULL OR u.month <= last)
    AND (kind IS NULL OR u.item_id IN (SELECT i.id FROM scip.use_item i WHERE i.kind = usage_figures.kind))
  GROUP BY 1, 2, 3
  HAVING sum(u.total_item_investigations) > 0 OR sum(u.total_item_requests) > 0;
END $$;
CREATE FUNCTION scip.historical_usage(slug text, metric text, agent text, first date, last date, OUT item text, OUT period text,
  OUT agent_of text, OUT value numeric) RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT t.item::text, t.period, t.agent::text, t.value FROM scip.historical_total t
  WHERE t.metric = historical_usage.metric AND t.hub_id IS NULL AND (historical_usage.slug IS NULL OR t.item = historical_usage.slug)
    AND (historical_usage.agent IS NULL OR t.agent = historical_usage.agent)
    AND (first IS NULL OR lower(scip.total_days(t.period)) >= first)
    AND (last IS NULL OR upper(scip.total_days(t.period)) <= last + interval '1 month');
$$;
CREATE FUNCTION scip.usage_users(agent text, "from" text, "to" text, OUT period text, OUT agent_of text, OUT basis text,
  OUT users_investigating bigint, OUT users_requesting bigint) RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT to_char(u.month, 'YYYY-"M"MM'), u.agent, 'counted', u.investigating, u.requesting FROM scip.users_month u
  WHERE (usage_users.agent IS NULL OR u.agent = usage_users.agent) AND ("from" IS NULL OR u.month >= scip.named_month("from"))
    AND ("to" IS NULL OR u.month <= scip.named_month("to")) AND (u.investigating > 0 OR u.requesting > 0)
  UNION ALL
  SELECT c.period, c.agent_of, 'historical', c.value::bigint, NULL
  FROM scip.historical_usage(NULL, 'resource_bank_users', usage_users.agent, scip.named_month("from"), scip.named_month("to")) c;
$$;
GRANT EXECUTE ON FUNCTION scip.named_month, scip.usage_figures, scip.historical_usage, scip.usage_users TO scip_anonymous, scip_caller;

GRANT EXECUTE ON FUNCTION scip.record_uses, scip.usage_salts, scip.agent_patterns TO scip_caller;

COMMIT;
