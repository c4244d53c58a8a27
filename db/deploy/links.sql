-- One dated link between any two records: what a message led to, what a news post is about. Who may read both sees it, and who may
-- change the one that it begins at makes and removes it.
BEGIN;
SET LOCAL client_min_messages = warning;

-- What can be linked: tables of records that have an address. Of each, how a row r is called, and found by its address.
CREATE TEMP TABLE linkable ON COMMIT DROP AS
SELECT t, format_type(i.atttypid, NULL) AS type, a.prefix, k.key, k.audience,
  'r.' || (SELECT n.attname FROM pg_attribute n WHERE n.attrelid = i.attrelid AND n.attname IN ('title', 'name', 'text')
           ORDER BY n.attname = 'text' LIMIT 1) AS name,
  CASE WHEN k.key = 'r.slug' THEN format('r.slug = substr(address, %s)', length(a.prefix) + 1) ELSE
    $$r.id = substring(address FROM '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$')::uuid$$ END AS at
FROM unnest('{message,event,document,resource,news,policy_contribution,programme,course,hub,organisation,alliance_group,activity,
  meeting,action,project}'::text[]) t
JOIN scip.record_kind k ON k."table" = t JOIN scip.kind_address a USING (kind)
JOIN pg_attribute i ON i.attrelid = ('scip.' || t)::regclass AND i.attname = 'id';
-- A part of a statement for each of them.
CREATE FUNCTION pg_temp.each(part text, separator text DEFAULT '') RETURNS text LANGUAGE sql
RETURN (SELECT string_agg(format(part, t, type, name, prefix, key, audience, at), separator) FROM linkable);

-- A reference for each table and end, of which one is set; from_record and to_record, table/id, are that in one column.
SELECT format('CREATE TABLE scip.record_link (LIKE ctx.entry INCLUDING ALL, relation text NOT NULL REFERENCES term.link_relation,
  linked_on date NOT NULL DEFAULT scip.today(), %s, CONSTRAINT record_link_itself CHECK (from_record <> to_record))', string_agg(
  pg_temp.each(format('%s_%%1$s_id %%2$s REFERENCES scip.%%1$s ON DELETE CASCADE, ', e)) || format('%s_record text NOT NULL
    GENERATED ALWAYS AS (coalesce(%s)) STORED, CONSTRAINT record_link_%1$s CHECK (num_nonnulls(%s) = 1)', e,
    pg_temp.each(format($$'%%1$s/' || %s_%%1$s_id::text$$, e), ', '), pg_temp.each(e || '_%1$s_id', ', ')), ', '))
FROM unnest('{from,to}'::text[]) e \gexec
-- Whichever way round: what led to another did not follow from it.
CREATE UNIQUE INDEX record_link_once ON scip.record_link (least(from_record, to_record), greatest(from_record, to_record), relation);
CREATE INDEX ON scip.record_link (linked_on, id);
CREATE INDEX ON scip.record_link (updated_at);
COMMENT ON TABLE scip.record_link IS 'history: kept=10 years';
CALL scip.publish('record_link');
GRANT INSERT, DELETE, UPDATE (relation, linked_on) ON scip.record_link TO scip_caller;
CALL scip.add_trigger('guard_day BEFORE INSERT OR UPDATE ON record_link', $$
  PERFORM scip.refuse(422, 'date-in-future', 'linked_on') WHERE NEW.linked_on > today();$$);

-- Makes a function that has a statement for each table, planned once a session.
CREATE PROCEDURE pg_temp.make(head text, result text, rest text, part text) LANGUAGE plpgsql AS $make$ BEGIN
  EXECUTE format('CREATE FUNCTION scip.%s RETURNS %s LANGUAGE plpgsql %s SET search_path = scip, pg_temp AS %L', head, result, rest,
    format('DECLARE result %s; BEGIN %s RETURN result; END', result, pg_temp.each(part)));
END $make$;
-- An end as the caller sees it, or NULL.
CALL pg_temp.make('linked(item text)', 'json', 'STABLE', $$IF starts_with(item, '%1$s/') AND has_any_column_privilege('%1$s', 'SELECT') THEN
  SELECT json_build_object('kind', replace('%1$s', 'alliance_', ''), 'name', %3$s, 'href', '%4$s' || %5$s) INTO result
  FROM %1$s r WHERE r.id = split_part(item, '/', 2)::%2$s; END IF; $$);
CREATE FUNCTION scip.are_linked(from_record text, to_record text) RETURNS boolean LANGUAGE sql STABLE
RETURN scip.linked(from_record) IS NOT NULL AND scip.linked(to_record) IS NOT NULL;
-- Whether the caller may change it: then it is locked.
CALL pg_temp.make('changes(item text)', 'boolean', '', $$IF starts_with(item, '%1$s/') THEN
  PERFORM FROM %1$s r WHERE r.id = split_part(item, '/', 2)::%2$s FOR NO KEY UPDATE; result := FOUND; END IF; $$);
-- Who may see that it changes.
CALL pg_temp.make('audience_of(item text)', 'text[]', 'STABLE', $$IF starts_with(item, '%1$s/') THEN
  SELECT %6$s INTO result FROM %1$s r WHERE r.id = split_part(item, '/', 2)::%2$s; END IF; $$);
-- The end that is at an address, where the caller may see it.
CALL pg_temp.make('linkable(address text)', 'text', 'STABLE', $$IF starts_with(address, '%4$s')
  AND has_any_column_privilege('%1$s', 'SELECT') THEN
  result := coalesce(result, (SELECT '%1$s/' || r.id FROM %1$s r WHERE %7$s AND '%4$s' || %5$s = address)); END IF; $$);

CREATE FUNCTION scip.add_link(id uuid, from_record text, to_record text, relation text, linked_on date) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  a text[] := string_to_array(scip.linkable(from_record), '/');
  b text[] := string_to_array(scip.linkable(to_record), '/');
BEGIN
  PERFORM scip.refuse(422, 'reference-not-found', CASE WHEN a IS NULL THEN 'from_record' ELSE 'to_record' END) WHERE a IS NULL OR b IS NULL;
  EXECUTE format($q$INSERT INTO scip.record_link (id, relation, linked_on, from_%s_id, to_%s_id) VALUES ($1, $2, $3, %L, %L)$q$,
    a[1], b[1], a[2], b[2]) USING id, relation, coalesce(linked_on, scip.today());
  RETURN id;
END $$;
-- What both ends have in common may be seen of their link.
CALL scip.track_changes('record_link', 'link', 'r.id', $$(SELECT CASE WHEN 'public' = ANY (a) THEN b WHEN 'public' = ANY (b) THEN a
  ELSE ARRAY['role:central'] || ARRAY(SELECT unnest(a) INTERSECT SELECT unnest(b)) END
  FROM (SELECT audience_of(r.from_record) AS a, audience_of(r.to_record) AS b) ends)$$);
INSERT INTO scip.kind_address VALUES ('link', '/v1/links/');
GRANT EXECUTE ON FUNCTION scip.linked, scip.are_linked, scip.linkable TO scip_anonymous, scip_caller;
GRANT EXECUTE ON FUNCTION scip.changes, scip.add_link TO scip_caller;

COMMIT;
