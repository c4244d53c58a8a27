-- What the writes of the records call: references by name, and the sets that belong to a record.
BEGIN;

-- The id of a record that a body names; SC422 when there is none.
CREATE FUNCTION scip.reference(kind text, key text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
  found_id bigint;
BEGIN
  CASE kind
    WHEN 'region' THEN SELECT id INTO found_id FROM scip.region WHERE key IN (slug, gss_code);
    WHEN 'organisation' THEN SELECT id INTO found_id FROM scip.organisation WHERE slug = key;
    WHEN 'hub' THEN SELECT id INTO found_id FROM scip.hub WHERE slug = key;
    WHEN 'event' THEN SELECT id INTO found_id FROM scip.event WHERE slug = key;
  END CASE;
  IF found_id IS NULL THEN
    RAISE 'no % %', kind, key USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-' || kind;
  END IF;
  RETURN found_id;
END $$;

-- Sets that a body gives replace those of the record, whose row the caller has locked. They are functions of
-- their own because each of their statements sees what was committed before that lock was got; parts of the
-- caller's statement would see what was there before it waited. What stays the same is not touched.
CREATE FUNCTION scip.set_organisation_parts(organisation bigint, body jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF body ? 'other_names' THEN
    DELETE FROM scip.organisation_name n WHERE n.organisation_id = organisation AND NOT EXISTS (
      SELECT FROM jsonb_to_recordset(body -> 'other_names') p (name text, kind text) WHERE p.name = n.name AND p.kind = n.kind);
    INSERT INTO scip.organisation_name (organisation_id, name, kind)
    SELECT organisation, p.name, p.kind FROM jsonb_to_recordset(body -> 'other_names') p (name text, kind text)
    WHERE NOT EXISTS (SELECT FROM scip.organisation_name n
                      WHERE n.organisation_id = organisation AND n.name = p.name AND n.kind = p.kind);
  END IF;
  IF body ? 'categories' THEN
    DELETE FROM scip.organisation_category c WHERE c.organisation_id = organisation AND NOT EXISTS (
      SELECT FROM jsonb_to_recordset(body -> 'categories') p (category text, subcategory text, "from" text, "to" text)
      WHERE (p.category, p.subcategory, p."from", p."to") IS NOT DISTINCT FROM (c.category, c.subcategory, c.starts, c.ends));
    INSERT INTO scip.organisation_category (organisation_id, category, subcategory, starts, ends)
    SELECT organisation, p.*
    FROM jsonb_to_recordset(body -> 'categories') p (category text, subcategory text, "from" text, "to" text)
    WHERE NOT EXISTS (SELECT FROM scip.organisation_category c WHERE c.organisation_id = organisation
      AND (p.category, p.subcategory, p."from", p."to") IS NOT DISTINCT FROM (c.category, c.subcategory, c.starts, c.ends));
  END IF;
  IF body ? 'identifiers' THEN
    IF EXISTS (SELECT FROM jsonb_array_elements_text(body -> 'identifiers') p WHERE scip.org_id(p) IS NULL) THEN
      RAISE 'not in the form of its list' USING ERRCODE = 'SC422', CONSTRAINT = 'identifier-form';
    END IF;
    body := jsonb_set(body, '{identifiers}', (SELECT coalesce(jsonb_agg(DISTINCT scip.org_id(p)), '[]') FROM jsonb_array_elements_text(body -> 'identifiers') p));
    DELETE FROM scip.organisation_identifier i WHERE i.organisation_id = organisation
      AND NOT body -> 'identifiers' ? i.identifier;
    INSERT INTO scip.organisation_identifier (organisation_id, identifier)
    SELECT organisation, p FROM jsonb_array_elements_text(body -> 'identifiers') p
    WHERE NOT EXISTS (SELECT FROM scip.organisation_identifier i WHERE i.organisation_id = organisation AND i.identifier = p);
  END IF;
  IF body ? 'partnerships' THEN
    DELETE FROM scip.organisation_partnership o WHERE o.organisation_id = organisation AND NOT EXISTS (
      SELECT FROM jsonb_to_recordset(body -> 'partnerships') p (role text, "from" text, "to" text, description text)
      WHERE (p.role, p."from", p."to", p.description) IS NOT DISTINCT FROM (o.role, o.starts, o.ends, o.description));
    INSERT INTO scip.organisation_partnership (organisation_id, role, starts, ends, description)
    SELECT organisation, p.*
    FROM jsonb_to_recordset(body -> 'partnerships') p (role text, "from" text, "to" text, description text)
    WHERE NOT EXISTS (SELECT FROM scip.organisation_partnership o WHERE o.organisation_id = organisation
      AND (p.role, p."from", p."to", p.description) IS NOT DISTINCT FROM (o.role, o.starts, o.ends, o.description));
  END IF;
END $$;

CREATE FUNCTION scip.set_group_organisations(the_group bigint, body jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF body ? 'organisations' THEN
    DELETE FROM scip.group_organisation m USING scip.organisation o
    WHERE m.group_id = the_group AND o.id = m.organisation_id AND NOT body -> 'organisations' ? o.slug;
    INSERT INTO scip.group_organisation (group_id, organisation_id)
    SELECT the_group, o FROM (SELECT scip.reference('organisation', p) AS o
                              FROM jsonb_array_elements_text(body -> 'organisations') p) named
    WHERE NOT EXISTS (SELECT FROM scip.group_organisation m WHERE m.group_id = the_group AND m.organisation_id = o);
  END IF;
END $$;

-- Themes stand in the order of the list.
CREATE FUNCTION scip.set_strategy_themes(strategy bigint, body jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF body ? 'themes' THEN
    DELETE FROM scip.strategy_theme t WHERE t.strategy_id = strategy
      AND NOT body -> 'themes' @> jsonb_build_array(jsonb_build_object('slug', t.slug, 'name', t.name));
    UPDATE scip.strategy_theme t SET ordinal = p.n
    FROM ROWS FROM (jsonb_to_recordset(body -> 'themes') AS (slug text)) WITH ORDINALITY p (slug, n)
    WHERE t.strategy_id = strategy AND t.slug = p.slug AND t.ordinal <> p.n;
    INSERT INTO scip.strategy_theme (strategy_id, ordinal, slug, name)
    SELECT strategy, p.n, p.slug, p.name
    FROM ROWS FROM (jsonb_to_recordset(body -> 'themes') AS (slug text, name text)) WITH ORDINALITY p (slug, name, n)
    WHERE NOT EXISTS (SELECT FROM scip.strategy_theme t
                      WHERE t.strategy_id = strategy AND t.slug = p.slug AND t.name = p.name);
  END IF;
END $$;

-- The version of a figure that is in force, for who is about to add the next: one at a time.
CREATE FUNCTION scip.lock_figure(figure text) RETURNS int
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM scip.headline_figure WHERE slug = figure AND version = 1 FOR NO KEY UPDATE;
  RETURN (SELECT max(version) FROM scip.headline_figure WHERE slug = figure);
END $$;

GRANT EXECUTE ON FUNCTION scip.reference, scip.set_organisation_parts, scip.set_group_organisations,
  scip.set_strategy_themes, scip.lock_figure TO scip_writer;

COMMIT;
