-- How a Hub comes to be: applied for, decided on, founded, and led along its pathway; the picture of its area.
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE FUNCTION ctx.decides() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (SELECT FROM scip.alliance_group g WHERE g.decides_applications AND g.id = ANY (ctx.groups()));
GRANT EXECUTE ON FUNCTION ctx.decides TO scip_anonymous, scip_caller;

-- [{sector, name}]: bodies, not persons.
CREATE FUNCTION scip.are_partners(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(value) <> 'array' THEN false
            ELSE NOT EXISTS (SELECT FROM jsonb_array_elements(value) p
                             WHERE jsonb_typeof(p) <> 'object' OR p - '{sector,name}'::text[] <> '{}'
                                OR p ->> 'sector' IS NULL OR NOT coalesce(scip.shows(p ->> 'name'), false)) END;


CREATE TABLE scip.hub_application (
  LIKE ctx.entry INCLUDING ALL,
  organisation_id bigint NOT NULL REFERENCES scip.organisation,
  account_id uuid REFERENCES scip.account ON DELETE SET NULL,
  slug scip.slug,
  name scip.label NOT NULL,
  nations text[] NOT NULL DEFAULT '{}' CHECK (array_position(nations, NULL) IS NULL),
  regions text[] NOT NULL DEFAULT '{}' CHECK (array_position(regions, NULL) IS NULL),
  rationale text CHECK (scip.shows(rationale) AND length(rationale) <= 20000),
  expected_partners jsonb NOT NULL DEFAULT '[]' CONSTRAINT hub_application_partners CHECK (scip.are_partners(expected_partners)),
  status text NOT NULL DEFAULT 'draft'
    CHECK (status IN ('draft', 'submitted', 'under_review', 'approved', 'declined', 'returned')),
  submitted_at timestamptz,
  review_started_at timestamptz,
  decided_at timestamptz,
  decided_by uuid REFERENCES scip.account ON DELETE SET NULL,
  decision_note text CHECK (scip.shows(decision_note) AND length(decision_note) <= 4000),
  hub_id bigint UNIQUE REFERENCES scip.hub,
  CONSTRAINT hub_application_founded CHECK (hub_id IS NULL OR status = 'approved')
);
CALL scip.hold_to_terms('hub_application', 'nation', '$.nations[*]');
CALL scip.hold_to_terms('hub_application', 'sector', '$.expected_partners[*].sector', 'asked_at_founding');
CREATE INDEX ON scip.hub_application (created_at, id);
COMMENT ON COLUMN scip.hub_application.account_id IS 'Who began it';
COMMENT ON COLUMN scip.hub_application.regions IS 'GSS codes';
COMMENT ON COLUMN scip.hub_application.decided_at IS 'The last decision; an application that was returned may be decided again';

-- The applicant's text: the applicant's alone, and only until it is submitted.
CALL scip.add_trigger($$guard_removal BEFORE DELETE ON hub_application WHEN (OLD.status <> 'draft')$$,
  $$PERFORM scip.refuse(409, 'application-not-draft');$$);
CALL scip.add_trigger('guard_application BEFORE INSERT ON hub_application', $$
  PERFORM scip.refuse(409, 'application-not-draft') WHERE NEW.status <> 'draft';
  NEW.account_id := ctx.account();
  PERFORM reference('region', code) FROM unnest(NEW.regions) code;
$$);
CALL scip.add_trigger('guard_text BEFORE UPDATE OF organisation_id, slug, name, nations, regions, rationale, expected_partners '
                      'ON hub_application', $$
  PERFORM scip.refuse(403, 'only-the-applicant') WHERE NOT (ctx.central() OR OLD.organisation_id = ANY (ctx.organisations()));
  PERFORM scip.refuse(409, 'application-not-draft') WHERE OLD.status NOT IN ('draft', 'returned');
  PERFORM reference('region', code) FROM unnest(NEW.regions) code;
$$);

-- The transitions of an application, for all who set its status: naming the column is the attempt, so that a second approval
-- is refused as well.
CALL scip.add_trigger('guard_status BEFORE UPDATE OF status ON hub_application', $$
DECLARE
  applicant boolean := ctx.central() OR OLD.organisation_id = ANY (ctx.organisations());
  reviewer boolean := ctx.decides();
BEGIN
  PERFORM scip.refuse(403, CASE NEW.status WHEN 'submitted' THEN 'only-the-applicant' ELSE 'only-the-deciding-group' END)
    WHERE (CASE NEW.status WHEN 'submitted' THEN NOT applicant
                           WHEN 'under_review' THEN NOT (ctx.central() OR reviewer) ELSE NOT reviewer END);
  PERFORM scip.refuse(403, 'reviewer-is-applicant')
    WHERE NEW.status <> 'submitted' AND OLD.organisation_id = ANY (ctx.affiliations()) AND NOT
          (NEW.status = 'under_review' AND ctx.central());
  PERFORM scip.refuse(409, CASE NEW.status WHEN 'submitted' THEN 'application-not-draft'
    WHEN 'under_review' THEN 'application-not-submitted' ELSE 'application-not-under-review' END)
    WHERE OLD.status || ' ' || NEW.status NOT IN ('draft submitted', 'returned submitted', 'submitted under_review',
         'under_review approved', 'under_review declined', 'under_review returned');
  IF NEW.status = 'submitted' THEN
    IF num_nulls(NEW.slug, NEW.rationale) > 0 OR cardinality(NEW.nations) = 0 OR cardinality(NEW.regions) = 0 THEN
      PERFORM scip.refuse(422, 'application-incomplete', string_agg(key, ' '), 'Still missing: ' || string_agg(key, ', ') || '.')
      FROM jsonb_each(to_jsonb(NEW)) WHERE value IN ('null', '[]') AND key IN ('slug', 'rationale', 'nations', 'regions');
    ELSIF EXISTS (SELECT FROM hub WHERE slug = NEW.slug) OR EXISTS (SELECT FROM hub_former_slug WHERE slug = NEW.slug) THEN
      PERFORM scip.refuse(409, 'slug-taken', 'slug');
    END IF;
    NEW.submitted_at := now();
    NEW.decision_note := OLD.decision_note;
  ELSIF NEW.status = 'under_review' THEN
    NEW.review_started_at := now();
    NEW.decision_note := OLD.decision_note;
  ELSE
    PERFORM scip.refuse(422, 'decision-needs-a-note', 'note') WHERE NEW.status <> 'approved' AND NEW.decision_note IS NULL;
    NEW.decided_at := now();
    NEW.decided_by := ctx.account();
  END IF;
$$);

-- A note comes with a decision and stays.
CALL scip.add_trigger('guard_status_note BEFORE UPDATE ON hub_application
  WHEN (OLD.status = NEW.status AND OLD.decision_note IS DISTINCT FROM NEW.decision_note)',
  $$PERFORM scip.refuse(403, 'only-the-deciding-group');$$);

-- Approved: the Hub, proposed from today and led by the applicant. Its pathway comes with it. The row of the
-- application is locked by now, so this happens once.
CALL scip.add_trigger($$then_found_hub BEFORE UPDATE OF status ON hub_application WHEN (NEW.status = 'approved')$$, $$
DECLARE
  source text[] := ARRAY[format('Application for a Hub, approved %s', today())];
BEGIN
  INSERT INTO hub (slug, name, nations, sources, confidence)
  VALUES (NEW.slug, NEW.name, NEW.nations, source, 'high') RETURNING id INTO NEW.hub_id;
  INSERT INTO hub_region (hub_id, region_id) SELECT DISTINCT NEW.hub_id, reference('region', code) FROM unnest(NEW.regions) code;
  INSERT INTO hub_status (hub_id, status, starts) VALUES (NEW.hub_id, 'proposed', today()::text);
  INSERT INTO hub_lead (hub_id, organisation_id, evidence_kind, period, sources, confidence)
  VALUES (NEW.hub_id, NEW.organisation_id, 'dated', daterange(today(), NULL), source, 'high');
$$);

-- The pathway: steps that are the same for all Hubs, and how far each Hub has come.
CREATE TABLE scip.pathway_step (
  code scip.code PRIMARY KEY,
  ordinal int NOT NULL UNIQUE CHECK (ordinal > 0),
  title scip.label NOT NULL,
  title_cy scip.label,
  optional boolean NOT NULL DEFAULT false,
  guidance text,
  guidance_cy text,
  contacts jsonb NOT NULL DEFAULT '[]',
  proven_by scip.label,
  proven_by_cy scip.label,
  sources scip.sources NOT NULL
);
CALL scip.hold_to_terms('pathway_step', 'sector', '$.contacts[*].sector', 'asked_at_founding');
COMMENT ON COLUMN scip.pathway_step.contacts IS 'Whom to contact: [{sector, guidance, guidance_cy}]';
COMMENT ON COLUMN scip.pathway_step.proven_by IS 'What shows that it is done; NULL for nothing that is recorded here';
CREATE TABLE scip.hub_pathway (
  hub_id bigint REFERENCES scip.hub ON DELETE CASCADE,
  step scip.code REFERENCES scip.pathway_step ON UPDATE CASCADE,
  done_on date,
  evidence text CHECK (scip.shows(evidence) AND length(evidence) <= 4000),
  reason text CHECK (scip.shows(reason) AND length(reason) <= 2000),
  done_by uuid REFERENCES scip.account ON DELETE SET NULL,
  LIKE ctx.record INCLUDING DEFAULTS,
  PRIMARY KEY (hub_id, step),
  CONSTRAINT hub_pathway_evidence CHECK ((done_on IS NULL) = (evidence IS NULL)),
  CONSTRAINT hub_pathway_actor CHECK (done_by IS NULL OR done_on IS NOT NULL)
);
COMMENT ON COLUMN scip.hub_pathway.done_by IS 'Who said so; unknown once the account is gone';
COMMENT ON COLUMN scip.hub_pathway.reason IS 'Why it is done without its proof';

-- Every Hub has every step.
CALL scip.add_trigger('create_pathway AFTER INSERT ON hub, pathway_step', $$
  IF TG_TABLE_NAME = 'hub' THEN
    INSERT INTO hub_pathway (hub_id, step) SELECT NEW.id, s.code FROM pathway_step s ORDER BY s.ordinal;
  ELSE
    INSERT INTO hub_pathway (hub_id, step) SELECT h.id, NEW.code FROM hub h;
  END IF;
$$);

-- The record that proves a step of a Hub's pathway, as its address; NULL as long as there is none. It sees all.
CREATE FUNCTION scip.pathway_proof(hub bigint, step text) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = scip, pg_temp AS $$
DECLARE
  home text := '/v1/hubs/' || (SELECT h.slug FROM hub h WHERE h.id = hub);
  first uuid := (SELECT m.id FROM meeting m WHERE m.hub_id = hub AND m.kind = 'inaugural' AND m.status <> 'cancelled');
BEGIN
  RETURN CASE step
    WHEN 'lead_identified' THEN (SELECT min(home || '/leads') FROM hub_lead l WHERE l.hub_id = hub)
    WHEN 'inaugural_date_set' THEN '/v1/meetings/' || first
    WHEN 'partners_invited' THEN (SELECT home || '/invitations' WHERE terms_with('sector', 'asked_at_founding')
      <@ ARRAY(SELECT i.sector FROM hub_invitation i WHERE i.hub_id = hub))
    WHEN 'alliance_invited' THEN (SELECT min(format('/v1/meetings/%s/agenda/%s', first, i.id)) FROM agenda_item i
      WHERE i.meeting_id = first AND i.led_by = setting.alliance_name())
    WHEN 'minute_taker_arranged' THEN (SELECT min('/v1/minutes/' || n.id) FROM minutes n WHERE n.meeting_id = first)
    WHEN 'page_sent' THEN (SELECT home FROM hub h WHERE h.id = hub AND h.blurb IS NOT NULL AND h.page IS NOT NULL)
    WHEN 'second_meeting_planned' THEN (SELECT min('/v1/projects/' || p.slug) FROM project p JOIN meeting m USING (hub_id)
      WHERE p.hub_id = hub AND p.kind = 'action_plan' AND m.kind = 'ordinary' AND m.status <> 'cancelled')
    WHEN 'reporting_under_way' THEN (SELECT min(home || '/quarterly-updates/' || u.quarter) FROM quarterly_update u
      JOIN meeting m USING (hub_id) JOIN minutes n ON n.meeting_id = m.id
      WHERE u.hub_id = hub AND u.submitted_at IS NOT NULL AND m.agenda_completed_at IS NOT NULL)
    WHEN 'evaluation_arranged' THEN (SELECT min(home || '/evaluations/' || e.year) FROM hub_evaluation e WHERE e.hub_id = hub)
    WHEN 'mapping_exercise' THEN (SELECT min(home || '/local-networks') FROM local_network n WHERE n.hub_id = hub)
  END;
END $$;
GRANT EXECUTE ON FUNCTION scip.are_partners, scip.pathway_proof TO scip_caller;

-- A step is done by who says so, not in the future, and without its proof with a reason; undone, its evidence goes with it.
CALL scip.add_trigger('guard_pathway BEFORE UPDATE OF done_on, evidence, reason ON hub_pathway', $$
  IF NEW.done_on > scip.today() THEN
    PERFORM scip.refuse(422, 'date-in-future', 'done_on', 'The step cannot be done after today.');
  ELSIF NEW.done_on IS NULL THEN
    NEW.done_by := NULL;
    NEW.reason := NULL;
    IF OLD.done_on IS NOT NULL AND NEW.evidence IS NOT DISTINCT FROM OLD.evidence THEN
      NEW.evidence := NULL;
    END IF;
  ELSE
    NEW.done_by := ctx.account();
    PERFORM scip.refuse(422, 'step-not-proven', 'reason', 'Nothing shows yet that it is done. What would: ' || s.proven_by)
      FROM pathway_step s WHERE s.code = NEW.step AND s.proven_by IS NOT NULL AND NEW.reason IS NULL
        AND (OLD.done_on IS NULL OR OLD.reason IS NOT NULL) AND pathway_proof(NEW.hub_id, NEW.step) IS NULL;
  END IF;
$$);

-- Whom a Hub has asked to take part: an organisation that is known here, or a body by its name.
CREATE TABLE scip.hub_invitation (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint NOT NULL REFERENCES scip.hub ON DELETE CASCADE,
  sector text NOT NULL REFERENCES term.sector,
  organisation_id bigint REFERENCES scip.organisation,
  name scip.label,
  invited_on date NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'accepted', 'declined')),
  responded_on date,
  CONSTRAINT hub_invitation_body CHECK (num_nonnulls(organisation_id, name) = 1),
  CONSTRAINT hub_invitation_answered CHECK ((status = 'pending') = (responded_on IS NULL)),
  CONSTRAINT hub_invitation_dates CHECK (responded_on >= invited_on)
);
CALL scip.hold_to_terms('hub_invitation', 'sector', '$.sector', 'asked_at_founding');
CREATE INDEX ON scip.hub_invitation (hub_id, invited_on, id);
COMMENT ON COLUMN scip.hub_invitation.name IS 'Of the body, not of a person';

CALL scip.add_trigger('guard_invitation BEFORE INSERT OR UPDATE ON hub_invitation', $$
  IF NEW.status = 'pending' AND TG_OP = 'UPDATE' AND OLD.status <> 'pending' THEN
    NEW.responded_on := NULL;
  ELSIF NEW.status <> 'pending' THEN
    NEW.responded_on := coalesce(NEW.responded_on, scip.today());
  END IF;
  PERFORM scip.refuse(422, 'date-in-future', 'invited_on responded_on', 'The invitation or its answer cannot be after today.')
    WHERE greatest(NEW.invited_on, NEW.responded_on) > scip.today();
$$);

-- What a Hub knows of its area: figures with their source, and the networks that there are.
CREATE TABLE scip.local_figure (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  region_id bigint NOT NULL REFERENCES scip.region,
  title scip.label NOT NULL,
  as_of scip.partial_date NOT NULL,
  value numeric CHECK (value >= 0 AND value < 'Infinity'),
  unit text NOT NULL REFERENCES term.unit,
  source scip.url NOT NULL,
  licence scip.label NOT NULL,
  published boolean NOT NULL
);
COMMENT ON COLUMN scip.local_figure.value IS 'NULL: one to four';
CREATE TABLE scip.local_network (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  region_id bigint REFERENCES scip.region,
  name scip.label NOT NULL,
  description text CHECK (scip.shows(description) AND length(description) <= 4000),
  website scip.url,
  found_on date NOT NULL
);
-- A number of children that its source has not published is kept as it may be shown; the number itself is nowhere here.
CALL scip.add_trigger('round_small_number BEFORE INSERT OR UPDATE ON local_figure WHEN (NOT NEW.published AND NEW.value IS NOT NULL)',
  $$NEW.value := CASE WHEN NEW.unit = ANY (terms_with('unit', 'of_children')) THEN metric.rounded(ARRAY[NEW.value]) ELSE NEW.value END;$$);
CALL scip.add_trigger('guard_network BEFORE INSERT OR UPDATE ON local_network',
  $$PERFORM scip.refuse(422, 'date-in-future', 'found_on') WHERE NEW.found_on > today();$$);

-- Who sees and does what.
CALL scip.publish('pathway_step', 'local_figure');
CALL scip.protect('hub_application', 'hub_pathway', 'hub_invitation', 'local_network');
GRANT INSERT, UPDATE, DELETE ON scip.local_figure TO scip_caller;
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.local_network TO scip_caller;
CALL scip.track_changes('local_figure', 'local_figure', $$(SELECT h.slug || '/local-figures/' || r.id FROM hub h WHERE h.id = r.hub_id)$$);
CALL scip.track_changes('local_network', 'local_network',
  $$(SELECT h.slug || '/local-networks/' || r.id FROM hub h WHERE h.id = r.hub_id)$$,
  $$ARRAY['role:hub_lead', 'role:hub_member', 'role:group_member']$$);
GRANT SELECT, INSERT, DELETE, UPDATE (slug, name, nations, regions, rationale, expected_partners, status, decision_note)
  ON scip.hub_application TO scip_caller;
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.hub_invitation TO scip_caller;
GRANT SELECT, UPDATE (done_on, evidence, reason) ON scip.hub_pathway TO scip_caller;

CALL scip.track_changes('hub_application', 'hub_application', 'r.id', $$ARRAY['organisation:' || r.organisation_id]
  || CASE WHEN r.status <> 'draft' THEN ARRAY(SELECT 'group:' || g.id FROM alliance_group g WHERE g.decides_applications)
          ELSE '{}' END$$);
CALL scip.track_changes('pathway_step', NULL, 'NULL', 'NULL', record => 'r.code');
CALL scip.track_changes('hub_pathway', 'hub_pathway', $$(SELECT h.slug || '/pathway' FROM hub h WHERE h.id = r.hub_id)$$,
  $$ARRAY['hub:' || r.hub_id] || ARRAY(SELECT 'group:' || g.id FROM alliance_group g WHERE g.decides_applications)$$,
  part => true, record => $$concat_ws('/', r.hub_id, r.step)$$);
CALL scip.track_changes('hub_invitation', 'hub_invitation',
  $$(SELECT h.slug || '/invitations/' || r.id FROM hub h WHERE h.id = r.hub_id)$$, $$ARRAY['hub-lead:' || r.hub_id]$$);

COMMIT;
