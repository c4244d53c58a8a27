-- Members from a spreadsheet; people who are added by themselves.
BEGIN;
SET LOCAL client_min_messages = warning;

-- Somebody the caller knows by this name and address is there already.
CREATE FUNCTION scip.add_person(id uuid, name text, email text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF NOT (ctx.central() OR cardinality(ctx.hubs_led()) > 0) THEN
    RAISE 'not theirs to do' USING ERRCODE = 'SC403', CONSTRAINT = 'only-leads-add-people';
  END IF;
  PERFORM lock_people();
  IF EXISTS (SELECT FROM person p WHERE lower(p.email) = lower(add_person.email) AND fold(p.name) = fold(add_person.name)
             AND (ctx.central() OR NOT p.restricted) AND (ctx.knows(p.id) OR p.added_by = ctx.account())) THEN
    RAISE 'there already' USING ERRCODE = 'SC409', CONSTRAINT = 'person-exists';
  END IF;
  INSERT INTO person (id, name, email) VALUES (add_person.id, add_person.name, add_person.email);
  RETURN add_person.id;
END $$;
GRANT EXECUTE ON FUNCTION scip.add_person TO scip_writer;

-- 2025-09-01, or 01/09/2025 as British spreadsheets write it again; NULL for anything else.
CREATE FUNCTION scip.sheet_date(cell text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE
  WHEN cell ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' AND scip.is_partial_date(cell) THEN cell::date
  WHEN cell ~ '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$' AND scip.is_partial_date(split_part(cell, '/', 3) || '-'
       || lpad(split_part(cell, '/', 2), 2, '0') || '-' || lpad(split_part(cell, '/', 1), 2, '0'))
    THEN make_date(split_part(cell, '/', 3)::int, split_part(cell, '/', 2)::int, split_part(cell, '/', 1)::int) END;

-- A line as it was read: its cells, what they mean, and who it is: found are so many, and lines with the same who are one person.
CREATE TYPE scip.member_line AS (
  line int, cells jsonb, who text, person uuid, found int, organisation_id bigint, sector text, ambassador boolean, starts date, ends date);
CREATE FUNCTION scip.read_member_lines(hub bigint, sheet jsonb) RETURNS SETOF scip.member_line
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  WITH read AS MATERIALIZED (
    SELECT (r ->> 'line')::int AS line, c AS cells, c ->> 'person' AS id, fold(c ->> 'name') AS name, lower(c ->> 'email') AS email
    FROM jsonb_array_elements(sheet -> 'rows') r, LATERAL (
      SELECT r -> 'values' || jsonb_build_object('name', plain(r -> 'values' ->> 'name'), 'organisation_name', plain(r -> 'values' ->> 'organisation_name'))) v (c)
  ), here AS MATERIALIZED (
    SELECT DISTINCT p.id, fold(p.name) AS name FROM hub_membership m JOIN person p ON p.id = m.person_id
    WHERE m.hub_id = hub AND p.name IS NOT NULL AND (ctx.central() OR NOT p.restricted)
  ), whose AS ( -- by id whom the caller knows; by name and address anybody; by name alone a member of this Hub
    SELECT r.line, p.id FROM read r JOIN person p
      ON p.id = CASE WHEN r.id ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN r.id::uuid END
    WHERE ctx.knows(p.id) AND (ctx.central() OR NOT p.restricted)
    UNION ALL
    SELECT r.line, p.id FROM read r JOIN person p ON lower(p.email) = r.email AND fold(p.name) = r.name WHERE r.id IS NULL
    UNION ALL
    SELECT r.line, h.id FROM read r JOIN here h ON h.name = r.name WHERE r.id IS NULL AND r.email IS NULL
  ), persons AS (
    SELECT w.line, min(w.id::text) AS id, count(*)::int AS found FROM whose w GROUP BY w.line
  )
  SELECT r.line, r.cells, coalesce(p.id, concat_ws(' ', r.name, r.email)), p.id::uuid, coalesce(p.found, 0),
         (SELECT o.id FROM organisation o WHERE o.slug = r.cells ->> 'organisation'),
         lower(regexp_replace(r.cells ->> 'sector', '[\s-]+', '_', 'g')),
         CASE WHEN lower(coalesce(r.cells ->> 'ambassador', 'no')) IN ('yes', 'y', 'true', '1') THEN true
              WHEN lower(coalesce(r.cells ->> 'ambassador', 'no')) IN ('no', 'n', 'false', '0') THEN false END,
         sheet_date(r.cells ->> 'from'), sheet_date(r.cells ->> 'to') + 1
  FROM read r LEFT JOIN persons p USING (line);
$$;

-- Whether a line says what is there already.
CREATE FUNCTION scip.is_there(hub bigint, l scip.member_line) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT l.found = 1 AND EXISTS (
    SELECT FROM hub_membership m WHERE m.hub_id = hub AND m.person_id = l.person
      AND (m.organisation_id, plain(m.organisation_name), m.sector::text, m.ambassador, m.starts, m.ends)
          IS NOT DISTINCT FROM (l.organisation_id, l.cells ->> 'organisation_name', l.sector, l.ambassador, l.starts, l.ends))
$$;

-- Why a line cannot be taken, whether it is new or not: column and reason, without a value of it. What the list has
-- besides the template is looked at too, so that a sheet of another Hub, or one whose columns were sorted apart, is not
-- taken for what it is not. (created_at and updated_at alone say nothing of a line.)
CREATE FUNCTION scip.member_line_faults(hub bigint, lines scip.member_line[], OUT line int, OUT cell text, OUT reason text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT l.line, f.cell, f.reason
  FROM unnest(lines) l, LATERAL (VALUES
    ('hub', CASE WHEN cells ->> 'hub' <> (SELECT h.slug FROM hub h WHERE h.id = member_line_faults.hub) THEN 'is another Hub' END),
    ('id', CASE WHEN cells ->> 'id' IS NOT NULL AND NOT EXISTS (SELECT FROM hub_membership m
                  WHERE m.id = CASE WHEN cells ->> 'id' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN (cells ->> 'id')::uuid END
                  AND m.hub_id = member_line_faults.hub AND m.person_id = l.person) THEN 'is no membership of this person here' END),
    ('href', CASE WHEN cells ->> 'href' <> '/v1/hubs/' || (SELECT h.slug FROM hub h WHERE h.id = member_line_faults.hub) || '/members/' || lower(cells ->> 'id')
                    THEN 'is not the address of this id' END),
    ('current', CASE WHEN NOT lower(cells ->> 'current') = ANY (
                  CASE WHEN starts <= today() AND (ends IS NULL OR ends > today()) THEN '{true,yes,y,1}'::text[] ELSE '{false,no,n,0}' END)
                    THEN 'is not what from and to say' END),
    ('person', CASE WHEN cells ->> 'person' IS NOT NULL AND found = 0 THEN 'is no person whom you know' END),
    ('name', CASE WHEN cells ->> 'person' IS NULL AND cells ->> 'name' IS NULL THEN 'is missing'
                  WHEN length(cells ->> 'name') > 500 THEN 'is longer than 500 characters'
                  WHEN cells ->> 'person' IS NULL AND found > 1 THEN 'is the name of more than one: give the e-mail address, or the id as person'
                  WHEN cells ->> 'person' IS NOT NULL AND cells ->> 'name' <> (SELECT p.name FROM person p WHERE p.id = person)
                    THEN 'is not the name of this person: correct it there' END),
    ('email', CASE WHEN NOT is_email(cells ->> 'email') THEN 'is not an e-mail address; one with other letters is written with xn--'
                   WHEN found = 1 AND cells ->> 'person' IS NOT NULL AND cells ->> 'email' <> coalesce((SELECT p.email FROM person p WHERE p.id = person), '')
                     THEN 'is not the address of this person: correct it there' END),
    ('organisation', CASE WHEN cells ->> 'organisation' IS NOT NULL AND organisation_id IS NULL THEN 'is not the slug of an organisation'
                          WHEN cells ->> 'organisation' IS NOT NULL AND cells ->> 'organisation_name' IS NOT NULL
                            THEN 'stands beside organisation_name: one of them is enough' END),
    ('organisation_name', CASE WHEN length(cells ->> 'organisation_name') > 500 THEN 'is longer than 500 characters' END),
    ('sector', CASE WHEN l.sector IS NULL THEN 'is missing'
                    WHEN l.sector NOT IN ('he', 'fe', 'school_sector', 'local_authority', 'charity', 'government', 'armed_forces', 'research', 'careers', 'other')
                      THEN 'must be one of he, fe, school_sector, local_authority, charity, government, armed_forces, research, careers, other' END),
    ('ambassador', CASE WHEN ambassador IS NULL THEN 'must be yes or no' END),
    ('from', CASE WHEN cells ->> 'from' IS NULL THEN 'is missing'
                  WHEN starts IS NULL THEN 'is not a day: write 2025-09-01 or 01/09/2025' END),
    ('to', CASE WHEN cells ->> 'to' IS NOT NULL AND ends IS NULL THEN 'is not a day: write 2025-09-01 or 01/09/2025'
                WHEN ends <= starts THEN 'is before from' END)) f (cell, reason)
  WHERE f.reason IS NOT NULL
  UNION ALL
  SELECT l.line, 'from', format('overlaps the membership from %s', max(m.starts))
  FROM unnest(lines) l JOIN hub_membership m ON m.hub_id = hub AND m.person_id = l.person AND NOT is_there(hub, l)
    AND daterange(m.starts, m.ends) && CASE WHEN l.ends <= l.starts THEN 'empty' ELSE daterange(l.starts, l.ends) END
  WHERE l.found = 1 AND l.starts IS NOT NULL
  GROUP BY l.line
  UNION ALL
  SELECT w.line, 'from', format('overlaps line %s', w.longest[2])
  FROM (SELECT l.line, l.starts, max(ARRAY[coalesce(l.ends, '9999-12-31') - date '0001-01-01', l.line]) OVER (
               PARTITION BY l.who ORDER BY l.starts, l.line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS longest
        FROM unnest(lines) l WHERE l.starts IS NOT NULL AND (l.ends IS NULL OR l.ends > l.starts)) w
  WHERE w.longest[1] > w.starts - date '0001-01-01';
$$;

-- All lines or none. Lines that say what is there already are left alone, so a list can be imported as it was exported.
CREATE FUNCTION scip.import_members(hub bigint, sheet jsonb,
  OUT lines int, OUT imported int, OUT unchanged int, OUT created_people int, OUT errors jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  all_lines member_line[];
  new_lines member_line[];
BEGIN
  IF NOT ctx.writes(hub, NULL) THEN
    RAISE 'not theirs to do' USING ERRCODE = 'SC403', CONSTRAINT = 'only-the-hubs-lead';
  END IF;
  lines := jsonb_array_length(sheet -> 'rows');
  SELECT jsonb_agg(jsonb_build_object('pointer', '/body/line/1/' || f.cell, 'detail', f.reason) ORDER BY f.cell) INTO errors FROM (
    SELECT c AS cell, 'is not a column of the template' AS reason FROM jsonb_array_elements_text(sheet -> 'columns') c
    WHERE c NOT IN ('name', 'email', 'organisation', 'organisation_name', 'sector', 'ambassador', 'from', 'to',
                    'id', 'hub', 'person', 'current', 'created_at', 'updated_at', 'href') -- these the list has besides
    UNION ALL SELECT c, 'is missing' FROM unnest(ARRAY['name', 'sector', 'from']) c WHERE NOT sheet -> 'columns' ? c) f;
  IF lines > 2000 THEN
    errors := jsonb_build_array(jsonb_build_object('pointer', '/body', 'detail', 'has more than 2,000 lines'));
  ELSIF lines = 0 AND errors IS NULL THEN
    errors := jsonb_build_array(jsonb_build_object('pointer', '/body', 'detail', 'has no lines'));
  END IF;
  IF errors IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM lock_people();
  PERFORM FROM scip.hub h WHERE h.id = hub FOR NO KEY UPDATE;
  all_lines := ARRAY(SELECT l FROM read_member_lines(hub, sheet) l);
  SELECT jsonb_agg(jsonb_build_object('pointer', '/body/line/' || f.line || '/' || f.cell, 'detail', f.reason) ORDER BY f.line, f.cell)
  INTO errors FROM (SELECT * FROM member_line_faults(hub, all_lines) g ORDER BY g.line, g.cell LIMIT 1000) f;
  IF errors IS NOT NULL THEN
    RETURN;
  END IF;
  new_lines := ARRAY(SELECT l FROM unnest(all_lines) l WHERE NOT is_there(hub, l));
  unchanged := lines - cardinality(new_lines);
  WITH fresh AS MATERIALIZED ( -- who stands in several lines is added once
    SELECT gen_random_uuid() AS id, l.who, min(l.cells ->> 'name') AS name, min(l.cells ->> 'email') AS email
    FROM unnest(new_lines) l WHERE l.person IS NULL GROUP BY l.who
  ), people AS (
    INSERT INTO person (id, name, email) SELECT f.id, f.name, f.email FROM fresh f RETURNING id
  ), made AS (
    INSERT INTO hub_membership (hub_id, person_id, organisation_id, organisation_name, sector, ambassador, starts, ends)
    SELECT hub, coalesce(l.person, f.id), l.organisation_id, l.cells ->> 'organisation_name', l.sector, l.ambassador, l.starts, l.ends
    FROM unnest(new_lines) l LEFT JOIN fresh f ON f.who = l.who AND l.person IS NULL
    RETURNING id
  )
  SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM people) INTO imported, created_people;
END $$;
GRANT EXECUTE ON FUNCTION scip.import_members TO scip_writer;

COMMIT;
