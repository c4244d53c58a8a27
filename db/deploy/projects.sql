-- What Hubs do together: projects, and action plans, with partners, aims and results. Their actions are in the change `meetings`.
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE TABLE scip.project (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  kind text NOT NULL DEFAULT 'project' REFERENCES term.project_kind,
  status text NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'under_way', 'completed', 'stopped')),
  name scip.label NOT NULL,
  aims text NOT NULL CHECK (scip.shows(aims) AND length(aims) <= 20000),
  results text CHECK (scip.shows(results) AND length(results) <= 20000),
  other_partners text CHECK (scip.shows(other_partners) AND length(other_partners) <= 4000),
  starts date,
  ends date,
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED,
  search text NOT NULL GENERATED ALWAYS AS (scip.search_text(name)) STORED,
  LIKE ctx.record INCLUDING DEFAULTS,
  CONSTRAINT project_dates CHECK (ends > starts),
  CONSTRAINT project_results CHECK (status <> 'completed' OR results IS NOT NULL)
);
SELECT format('CREATE INDEX ON scip.project (%sname_sort, slug)', first) FROM unnest('{"","kind, ","status, "}'::text[]) first \gexec
CREATE INDEX ON scip.project (updated_at);
CREATE INDEX ON scip.project USING gin (search public.gin_trgm_ops);
COMMENT ON COLUMN scip.project.hub_id IS 'The Hub that coordinates it; it is one of those of project_hub';
CREATE TABLE scip.project_hub (project_id bigint REFERENCES scip.project ON DELETE CASCADE, hub_id bigint REFERENCES scip.hub,
  PRIMARY KEY (project_id, hub_id));
CREATE TABLE scip.project_organisation (project_id bigint REFERENCES scip.project ON DELETE CASCADE,
  organisation_id bigint REFERENCES scip.organisation, PRIMARY KEY (project_id, organisation_id));
CALL scip.protect('project', 'project_hub', 'project_organisation');
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.project TO scip_caller;
GRANT SELECT, INSERT, DELETE ON scip.project_hub, scip.project_organisation TO scip_caller;
CALL scip.track_changes('project', 'project', audience => $$ARRAY['role:hub_lead', 'role:hub_member', 'role:group_member']$$);
SELECT format('CALL scip.keep_part(%L, ''project'', %L, audience => %L)', 'project_' || part,
  format('concat_ws(''/'', r.project_id, r.%s_id)', part), $$ARRAY['role:hub_lead', 'role:hub_member', 'role:group_member']$$)
FROM unnest('{hub,organisation}'::text[]) part \gexec

-- The Hubs and partners that a body names replace those before, but for the Hub that coordinates. The caller has locked the project.
CREATE FUNCTION scip.set_project_parts(project bigint, body jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  hubs bigint[] := ARRAY(SELECT p.hub_id FROM scip.project p WHERE p.id = project
                         UNION SELECT scip.reference('hub', h, 'hubs') FROM jsonb_array_elements_text(body -> 'hubs') h);
  partners bigint[] := ARRAY(SELECT scip.reference('organisation', o, 'partners') FROM jsonb_array_elements_text(body -> 'partners') o);
BEGIN
  DELETE FROM scip.project_hub h WHERE body ? 'hubs' AND h.project_id = project AND h.hub_id <> ALL (hubs);
  INSERT INTO scip.project_hub SELECT project, h FROM unnest(hubs) h ON CONFLICT DO NOTHING;
  DELETE FROM scip.project_organisation o WHERE body ? 'partners' AND o.project_id = project AND o.organisation_id <> ALL (partners);
  INSERT INTO scip.project_organisation SELECT project, o FROM unnest(partners) o ON CONFLICT DO NOTHING;
END $$;
GRANT EXECUTE ON FUNCTION scip.set_project_parts TO scip_caller;

-- A Hub stays in the project, and the project stays, as long as it has actions. Who adds one locks the project first (guard_action).
CALL scip.add_trigger('guard_removal BEFORE DELETE ON project_hub', $$
  PERFORM scip.refuse(409, 'project-has-actions', 'hubs') FROM action a WHERE (a.project_id, a.hub_id) = (OLD.project_id, OLD.hub_id);
$$);

COMMIT;
