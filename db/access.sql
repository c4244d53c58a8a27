-- Made by script/access from access.csv: who sees and writes which rows. Not edited.
-- Loaded with the views, behind all changes: earlier policies of a table are dropped.
DO $$
DECLARE
  p record;
BEGIN
  FOR p IN SELECT polname, polrelid::regclass AS t FROM pg_policy JOIN pg_class c ON c.oid = polrelid
           WHERE relnamespace = 'scip'::regnamespace AND polname <> 'own'
             AND (polname LIKE 'central%' OR relname NOT IN ('file_chunk', 'hub_evaluation_figure', 'historical_total')) LOOP
    EXECUTE format('DROP POLICY %I ON %s', p.polname, p.t);
  END LOOP;
  -- A table that nobody has thought of would be nobody's to read.
  FOR p IN SELECT relname FROM pg_class WHERE relnamespace = 'scip'::regnamespace AND relkind IN ('r', 'p')
           AND relname NOT IN ('account', 'account_role', 'client_keys', 'client_secret', 'spent_token', 'idempotency',
               'unknown_account', 'audit', 'history', 'history_start', 'change', 'change_cut', 'record_kind',
               'kind_address', 'term', 'region', 'organisation', 'organisation_name', 'organisation_sector',
               'organisation_identifier', 'organisation_partnership', 'organisation_former_slug',
               'organisation_lineage', 'alliance_group', 'group_organisation', 'hub', 'hub_region', 'hub_name',
               'hub_status', 'hub_lead', 'hub_former_slug', 'toolkit_principle', 'toolkit_fact', 'strategy',
               'strategy_theme', 'correction', 'hub_application', 'local_figure', 'local_network', 'pathway_step',
               'hub_pathway', 'hub_invitation', 'person', 'person_merge', 'personal_read', 'erasure', 'hub_membership',
               'hub_quorum', 'group_seat', 'hub_lead_person', 'programme', 'programme_participant',
               'programme_evaluation', 'event', 'event_outreach', 'headline_figure', 'project', 'project_hub',
               'project_organisation', 'meeting', 'agenda_item', 'attendance', 'resolution', 'action', 'minutes',
               'terms_template', 'terms_of_reference', 'activity', 'quarter_deadline', 'quarterly_update_extension',
               'quarterly_update', 'message', 'message_relay', 'message_answer', 'hub_report', 'hub_review', 'course',
               'training_session', 'booking', 'booking_need', 'booking_contact', 'booking_consent', 'consent_text',
               'feedback', 'self_assessment', 'document', 'news', 'policy_contribution', 'resource', 'branding', 'file',
               'file_chunk', 'upload', 'evaluation_metric', 'evaluation_question', 'hub_evaluation',
               'hub_evaluation_figure', 'hub_evaluation_answer', 'historical_metric', 'historical_total', 'metric',
               'metric_definition', 'use_item', 'use_month', 'use', 'use_session', 'use_visitor', 'usage_month',
               'users_month', 'usage_salt', 'agent_pattern', 'agent_list', 'release', 'release_cell', 'objection',
               'breach', 'removal', 'redaction', 'record_link') LOOP
    RAISE 'db/access.csv says nothing of %', p.relname;
  END LOOP;
END $$;

CREATE POLICY see ON scip.account FOR SELECT TO scip_writer USING (id = (SELECT ctx.account()));
CREATE POLICY central ON scip.account FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.account_role FOR SELECT TO scip_writer USING (account_id = (SELECT ctx.account()));
CREATE POLICY central ON scip.account_role FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY central ON scip.client_keys FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY central ON scip.client_secret FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY central ON scip.unknown_account FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY central ON scip.audit FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY central ON scip.history FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.change FOR SELECT TO scip_anonymous, scip_writer USING (audience && (SELECT ctx.audiences()));
CREATE POLICY central ON scip.change FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.change_cut FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.kind_address FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.term FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.region FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.region FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.organisation FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY change ON scip.organisation FOR UPDATE TO scip_writer USING (id = ANY ((SELECT ctx.organisations())::bigint[]));
CREATE POLICY central ON scip.organisation FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.organisation_name FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.organisation_sector FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.organisation_identifier FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.organisation_partnership FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.organisation_former_slug FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.organisation_lineage FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.organisation_lineage FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.alliance_group FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.alliance_group FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.group_organisation FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.hub FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY change ON scip.hub FOR UPDATE TO scip_writer USING (id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.hub FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.hub_region FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.hub_name FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.hub_status FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central_add ON scip.hub_status FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.hub_status FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.hub_lead FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.hub_lead FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.hub_former_slug FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.toolkit_principle FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.toolkit_principle FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.toolkit_fact FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.toolkit_fact FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.strategy FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.strategy FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.strategy_theme FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.correction FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[]));
CREATE POLICY central ON scip.correction FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.hub_application FOR SELECT TO scip_writer
  USING (organisation_id = ANY ((SELECT ctx.organisations())::bigint[]) OR status <> 'draft' AND (SELECT ctx.decides()));
CREATE POLICY add ON scip.hub_application FOR INSERT TO scip_writer
  WITH CHECK (organisation_id = ANY ((SELECT ctx.organisations())::bigint[]));
CREATE POLICY change ON scip.hub_application FOR UPDATE TO scip_writer
  USING (organisation_id = ANY ((SELECT ctx.organisations())::bigint[]) OR status <> 'draft' AND (SELECT ctx.decides()));
CREATE POLICY remove ON scip.hub_application FOR DELETE TO scip_writer
  USING (organisation_id = ANY ((SELECT ctx.organisations())::bigint[]));
CREATE POLICY central ON scip.hub_application FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.local_figure FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY add ON scip.local_figure FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.local_figure FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.local_figure FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.local_figure FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.local_network FOR SELECT TO scip_writer USING ((SELECT ctx.in_network()));
CREATE POLICY add ON scip.local_network FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.local_network FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.local_network FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.local_network FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.pathway_step FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.hub_pathway FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR (SELECT ctx.decides()));
CREATE POLICY change ON scip.hub_pathway FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.hub_pathway FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.hub_pathway FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.hub_invitation FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR (SELECT ctx.decides()));
CREATE POLICY add ON scip.hub_invitation FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.hub_invitation FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.hub_invitation FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.hub_invitation FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.person FOR SELECT TO scip_writer
  USING (id = ANY ((SELECT ctx.people())::uuid[]) OR added_by = (SELECT ctx.account()) AND NOT ctx.placed(id));
CREATE POLICY change ON scip.person FOR UPDATE TO scip_writer
  USING (ctx.corrects(id, restricted) OR NOT restricted AND added_by = (SELECT ctx.account()) AND NOT ctx.placed(id));
CREATE POLICY central ON scip.person FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.person FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.person_merge FOR SELECT TO scip_writer USING (ctx.knows(person_id));
CREATE POLICY central ON scip.person_merge FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_add ON scip.person_merge FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));

CREATE POLICY central ON scip.personal_read FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY central ON scip.erasure FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.hub_membership FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]) OR person_id = (SELECT ctx.person()));
CREATE POLICY add ON scip.hub_membership FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.hub_membership FOR UPDATE TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]) OR person_id = (SELECT ctx.person()));
CREATE POLICY remove ON scip.hub_membership FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.hub_membership FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.hub_quorum FOR SELECT TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]));
CREATE POLICY add ON scip.hub_quorum FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.hub_quorum FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.hub_quorum FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.hub_quorum FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.group_seat FOR SELECT TO scip_writer
  USING (group_id = ANY ((SELECT ctx.groups())::bigint[]) OR person_id = (SELECT ctx.person()));
CREATE POLICY central ON scip.group_seat FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.hub_lead_person FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR cardinality((SELECT ctx.groups())) > 0);
CREATE POLICY add ON scip.hub_lead_person FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.hub_lead_person FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.hub_lead_person FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.hub_lead_person FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.programme FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.programme FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.programme_participant FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY add ON scip.programme_participant FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.programme_participant FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.programme_participant FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.programme_participant FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.programme_evaluation FOR SELECT TO scip_anonymous, scip_writer USING (published_at IS NOT NULL);
CREATE POLICY central ON scip.programme_evaluation FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY read ON scip.event FOR SELECT TO scip_anonymous USING (status <> 'draft');
CREATE POLICY see ON scip.event FOR SELECT TO scip_writer USING (status <> 'draft' OR hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY add ON scip.event FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.event FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.event FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.event FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.event_outreach FOR SELECT TO scip_writer
  USING (event_id = ANY (ARRAY(SELECT whole.id FROM scip.event whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs())::bigint[]))));
CREATE POLICY add ON scip.event_outreach FOR INSERT TO scip_writer
  WITH CHECK (event_id = ANY (ARRAY(SELECT whole.id FROM scip.event whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]))));
CREATE POLICY change ON scip.event_outreach FOR UPDATE TO scip_writer
  USING (event_id = ANY (ARRAY(SELECT whole.id FROM scip.event whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]))));
CREATE POLICY remove ON scip.event_outreach FOR DELETE TO scip_writer
  USING (event_id = ANY (ARRAY(SELECT whole.id FROM scip.event whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]))));
CREATE POLICY central ON scip.event_outreach FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.headline_figure FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central_add ON scip.headline_figure FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.headline_figure FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.project FOR SELECT TO scip_writer USING ((SELECT ctx.in_network()));
CREATE POLICY add ON scip.project FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.project FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.project FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.project FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.project_hub FOR SELECT TO scip_writer USING ((SELECT ctx.in_network()));
CREATE POLICY add ON scip.project_hub FOR INSERT TO scip_writer
  WITH CHECK (project_id = ANY (ARRAY(SELECT whole.id FROM scip.project whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]))));
CREATE POLICY remove ON scip.project_hub FOR DELETE TO scip_writer
  USING (project_id = ANY (ARRAY(SELECT whole.id FROM scip.project whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]))));
CREATE POLICY central ON scip.project_hub FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_add ON scip.project_hub FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central_remove ON scip.project_hub FOR DELETE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.project_organisation FOR SELECT TO scip_writer USING ((SELECT ctx.in_network()));
CREATE POLICY add ON scip.project_organisation FOR INSERT TO scip_writer
  WITH CHECK (project_id = ANY (ARRAY(SELECT whole.id FROM scip.project whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]))));
CREATE POLICY remove ON scip.project_organisation FOR DELETE TO scip_writer
  USING (project_id = ANY (ARRAY(SELECT whole.id FROM scip.project whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]))));
CREATE POLICY central ON scip.project_organisation FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_add ON scip.project_organisation FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central_remove ON scip.project_organisation FOR DELETE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.meeting FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[]));
CREATE POLICY add ON scip.meeting FOR INSERT TO scip_writer
  WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[]));
CREATE POLICY change ON scip.meeting FOR UPDATE TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[]));
CREATE POLICY remove ON scip.meeting FOR DELETE TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[]));
CREATE POLICY central ON scip.meeting FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.agenda_item FOR SELECT TO scip_writer
  USING (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY add ON scip.agenda_item FOR INSERT TO scip_writer
  WITH CHECK (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY change ON scip.agenda_item FOR UPDATE TO scip_writer
  USING (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY remove ON scip.agenda_item FOR DELETE TO scip_writer
  USING (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY central ON scip.agenda_item FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.attendance FOR SELECT TO scip_writer
  USING (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[])))
    OR person_id = (SELECT ctx.person()));
CREATE POLICY add ON scip.attendance FOR INSERT TO scip_writer
  WITH CHECK (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY change ON scip.attendance FOR UPDATE TO scip_writer
  USING (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY remove ON scip.attendance FOR DELETE TO scip_writer
  USING (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY central ON scip.attendance FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.resolution FOR SELECT TO scip_writer
  USING (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY add ON scip.resolution FOR INSERT TO scip_writer
  WITH CHECK (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY change ON scip.resolution FOR UPDATE TO scip_writer
  USING (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY remove ON scip.resolution FOR DELETE TO scip_writer
  USING (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY central ON scip.resolution FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.action FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[])
    OR (SELECT ctx.decides()) OR owner_id = (SELECT ctx.person())
    OR project_id IS NOT NULL AND (SELECT ctx.in_network()));
CREATE POLICY add ON scip.action FOR INSERT TO scip_writer
  WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[]));
CREATE POLICY change ON scip.action FOR UPDATE TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[])
    OR owner_id = (SELECT ctx.person()));
CREATE POLICY remove ON scip.action FOR DELETE TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[]));
CREATE POLICY central ON scip.action FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.minutes FOR SELECT TO scip_writer
  USING (status = 'shared' AND (SELECT ctx.in_network())
    OR status = 'approved' AND meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[])))
    OR meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY add ON scip.minutes FOR INSERT TO scip_writer
  WITH CHECK (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY change ON scip.minutes FOR UPDATE TO scip_writer
  USING (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY remove ON scip.minutes FOR DELETE TO scip_writer
  USING (meeting_id = ANY (ARRAY(SELECT whole.id FROM scip.meeting whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
        OR whole.group_id = ANY ((SELECT ctx.groups())::bigint[]))));
CREATE POLICY central ON scip.minutes FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.terms_template FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY read ON scip.terms_of_reference FOR SELECT TO scip_anonymous USING (adopted_on IS NOT NULL);
CREATE POLICY see ON scip.terms_of_reference FOR SELECT TO scip_writer
  USING (adopted_on IS NOT NULL OR hub_id = ANY ((SELECT ctx.hubs())::bigint[]));
CREATE POLICY add ON scip.terms_of_reference FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.terms_of_reference FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.terms_of_reference FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.terms_of_reference FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.activity FOR SELECT TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]));
CREATE POLICY add ON scip.activity FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.activity FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.activity FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.activity FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.quarter_deadline FOR SELECT TO scip_writer USING ((SELECT ctx.in_network()));
CREATE POLICY central ON scip.quarter_deadline FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_add ON scip.quarter_deadline FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.quarter_deadline FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.quarterly_update_extension FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR (SELECT ctx.decides()));
CREATE POLICY central ON scip.quarterly_update_extension FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.quarterly_update FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
    OR status = 'submitted' AND hub_id = ANY ((SELECT ctx.hubs())::bigint[])
    OR status = 'submitted' AND (SELECT ctx.decides()));
CREATE POLICY add ON scip.quarterly_update FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.quarterly_update FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.quarterly_update FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_add ON scip.quarterly_update FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.quarterly_update FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.message FOR SELECT TO scip_writer
  USING (direction = 'to_hubs' AND (SELECT ctx.in_network())
    OR direction = 'from_hub' AND (hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[]))
    OR open_to_hubs AND (SELECT ctx.in_network()));
CREATE POLICY add ON scip.message FOR INSERT TO scip_writer
  WITH CHECK (direction = 'from_hub' AND hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
    OR direction = 'to_hubs' AND group_id = ANY ((SELECT ctx.groups())::bigint[]));
CREATE POLICY change ON scip.message FOR UPDATE TO scip_writer
  USING (direction = 'from_hub' AND (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[])));
CREATE POLICY remove ON scip.message FOR DELETE TO scip_writer
  USING (direction = 'from_hub' AND hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
    OR direction = 'to_hubs' AND group_id = ANY ((SELECT ctx.groups())::bigint[]));
CREATE POLICY central ON scip.message FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.message_relay FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR cardinality((SELECT ctx.groups())) > 0);
CREATE POLICY add ON scip.message_relay FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.message_relay FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.message_relay FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.message_relay FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.message_answer FOR SELECT TO scip_writer USING ((SELECT ctx.in_network()));
CREATE POLICY add ON scip.message_answer FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.message_answer FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.message_answer FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.message_answer FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.hub_report FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
    OR status = 'submitted' AND (hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[])));
CREATE POLICY change ON scip.hub_report FOR UPDATE TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])
    OR status = 'submitted' AND group_id = ANY ((SELECT ctx.groups())::bigint[]));
CREATE POLICY central ON scip.hub_report FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.hub_report FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.hub_review FOR SELECT TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]));
CREATE POLICY add ON scip.hub_review FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.hub_review FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.hub_review FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.hub_review FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.course FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.course FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY read ON scip.training_session FOR SELECT TO scip_anonymous USING (status <> 'draft');
CREATE POLICY see ON scip.training_session FOR SELECT TO scip_writer
  USING (status <> 'draft' OR hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY add ON scip.training_session FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.training_session FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.training_session FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.training_session FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.booking FOR SELECT TO scip_writer
  USING (session_id = ANY (ARRAY(SELECT whole.id FROM scip.training_session whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])))
    OR person_id = (SELECT ctx.person()) OR account_id = (SELECT ctx.account()));
CREATE POLICY change ON scip.booking FOR UPDATE TO scip_writer
  USING (session_id = ANY (ARRAY(SELECT whole.id FROM scip.training_session whole
      WHERE whole.hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])))
    OR account_id = (SELECT ctx.account()) AND (SELECT 'website' = ANY (ctx.roles())));
CREATE POLICY central ON scip.booking FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.booking FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.booking_need FOR SELECT TO scip_writer USING (ctx.handles_booking(booking_id));
CREATE POLICY remove ON scip.booking_need FOR DELETE TO scip_writer USING (ctx.handles_booking(booking_id));
CREATE POLICY central ON scip.booking_need FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_remove ON scip.booking_need FOR DELETE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.booking_consent FOR SELECT TO scip_writer
  USING (EXISTS (SELECT FROM scip.booking whole
      WHERE whole.id = booking_id));
CREATE POLICY central ON scip.booking_consent FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.consent_text FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central_add ON scip.consent_text FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));

CREATE POLICY see ON scip.feedback FOR SELECT TO scip_writer USING (comment_cleared AND (SELECT 'website' = ANY (ctx.roles())));
CREATE POLICY central ON scip.feedback FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.feedback FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.self_assessment FOR SELECT TO scip_writer USING (organisation_id = ANY ((SELECT ctx.organisations())::bigint[]));
CREATE POLICY add ON scip.self_assessment FOR INSERT TO scip_writer
  WITH CHECK (organisation_id = ANY ((SELECT ctx.organisations())::bigint[]));
CREATE POLICY change ON scip.self_assessment FOR UPDATE TO scip_writer
  USING (organisation_id = ANY ((SELECT ctx.organisations())::bigint[]));
CREATE POLICY remove ON scip.self_assessment FOR DELETE TO scip_writer
  USING (organisation_id = ANY ((SELECT ctx.organisations())::bigint[]));
CREATE POLICY central ON scip.self_assessment FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.document FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.document FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.news FOR SELECT TO scip_anonymous, scip_writer USING (status = 'published');
CREATE POLICY central ON scip.news FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.policy_contribution FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.policy_contribution FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.resource FOR SELECT TO scip_anonymous, scip_caller USING (true);
CREATE POLICY central ON scip.resource FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.branding FOR SELECT TO scip_writer USING (ctx.uses_branding(slug));
CREATE POLICY central ON scip.branding FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY read ON scip.file FOR SELECT TO scip_anonymous
  USING (branding IS NULL AND ended_at IS NULL OR branding IS NULL AND ending = 'replaced' AND scip.ended_lately(ended_at));
CREATE POLICY see ON scip.file FOR SELECT TO scip_writer
  USING (branding IS NULL AND ended_at IS NULL OR branding IS NULL AND ending = 'replaced' AND scip.ended_lately(ended_at)
    OR branding IS NOT NULL AND ctx.uses_branding(branding) OR hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY add ON scip.file FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.file FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.file FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_add ON scip.file FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.file FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY central ON scip.file_chunk FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_add ON scip.file_chunk FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));

CREATE POLICY see ON scip.upload FOR SELECT TO scip_writer USING (account_id = (SELECT ctx.account()));
CREATE POLICY add ON scip.upload FOR INSERT TO scip_writer WITH CHECK (account_id = (SELECT ctx.account()));
CREATE POLICY remove ON scip.upload FOR DELETE TO scip_writer USING (account_id = (SELECT ctx.account()));
CREATE POLICY central ON scip.upload FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_add ON scip.upload FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central_remove ON scip.upload FOR DELETE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.evaluation_metric FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.evaluation_question FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.hub_evaluation FOR SELECT TO scip_writer
  USING (hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR status <> 'draft' AND (SELECT ctx.decides()));
CREATE POLICY add ON scip.hub_evaluation FOR INSERT TO scip_writer WITH CHECK (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY change ON scip.hub_evaluation FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY remove ON scip.hub_evaluation FOR DELETE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.hub_evaluation FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY central ON scip.hub_evaluation_figure FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.hub_evaluation_answer FOR SELECT TO scip_writer
  USING (EXISTS (SELECT FROM scip.hub_evaluation whole
      WHERE whole.id = evaluation_id));
CREATE POLICY central ON scip.hub_evaluation_answer FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.historical_metric FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY central ON scip.historical_total FOR ALL TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.metric FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.metric_definition FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.use_item FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.usage_month FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.users_month FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.release FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY see ON scip.release_cell FOR SELECT TO scip_anonymous, scip_caller USING (true);

CREATE POLICY central ON scip.objection FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_add ON scip.objection FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.objection FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY central ON scip.breach FOR SELECT TO scip_central USING ((SELECT ctx.central()));
CREATE POLICY central_add ON scip.breach FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central_change ON scip.breach FOR UPDATE TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY central ON scip.removal FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.redaction FOR SELECT TO scip_writer
  USING (person_id IS NULL AND hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE POLICY central ON scip.redaction FOR SELECT TO scip_central USING ((SELECT ctx.central()));

CREATE POLICY see ON scip.record_link FOR SELECT TO scip_anonymous, scip_writer USING (scip.are_linked(from_record, to_record));
CREATE POLICY add ON scip.record_link FOR INSERT TO scip_writer WITH CHECK (scip.changes(from_record));
CREATE POLICY change ON scip.record_link FOR UPDATE TO scip_writer USING (scip.changes(from_record));
CREATE POLICY remove ON scip.record_link FOR DELETE TO scip_writer USING (scip.changes(from_record));
CREATE POLICY central ON scip.record_link FOR ALL TO scip_central USING ((SELECT ctx.central()));
