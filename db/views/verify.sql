-- What was loaded is there, and every view asks by its reader's own rights.
SELECT 1/(count(*) = 10)::int FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'scip'::regnamespace AND a.attname = '_version' AND c.reloptions @> '{security_invoker=true}'
  AND c.relname IN ('hubs', 'organisations', 'documents', 'news_items', 'policy_contributions', 'groups', 'toolkit_principles',
                    'toolkit_facts', 'strategies', 'headline_figures');
SELECT 1/(count(*) = 0)::int FROM pg_class
WHERE relnamespace = 'scip'::regnamespace AND relkind = 'v' AND NOT coalesce(reloptions @> '{security_invoker=true}', false);
SELECT page, branding_allowed FROM scip.hubs WHERE false;
SELECT slug, version FROM scip.headline_figure_versions WHERE false;
SELECT id, issuer, subject, name, active, roles, _version FROM scip.accounts WHERE false;
SELECT id, client_id, jwks, secrets FROM scip.clients WHERE false;
SELECT id, hub, organisation, status, "from", "to", evidence_on, _version FROM scip.hub_leads WHERE false;
SELECT id, organisation, account, slug, status, hub, _version FROM scip.hub_applications WHERE false;
SELECT hub, code, ordinal, done_on, evidence, done_by FROM scip.hub_pathway_steps WHERE false;
SELECT id, hub, sector, organisation, name, status FROM scip.hub_invitations WHERE false;
SELECT id, record, operation, reason, hub, "group", created_at FROM scip.corrections WHERE false;
SELECT id, person, sector, "from", "to", current, _version FROM scip.hub_members WHERE false;
SELECT "from", sectors, minimum_members, _version FROM scip.hub_quorum_rules WHERE false;
SELECT hub, quarter, due_on, open_until, status FROM scip.hub_updates WHERE false;
SELECT id, hub, "group", kind, starts_on, status, quorum, _version FROM scip.meetings WHERE false;
SELECT id, ordinal, heading, outcome, _version FROM scip.agenda_items WHERE false;
SELECT person, sector, status, _meeting FROM scip.meeting_attendance WHERE false;
SELECT id, text, _version FROM scip.resolutions WHERE false;
SELECT id, meeting, owner, due_on, done_on, _version FROM scip.actions WHERE false;
SELECT id, number, status, current, shared_at, _version FROM scip.minutes_versions WHERE false;
SELECT id, "group", person, "from", "to", _version FROM scip.group_seats WHERE false;
SELECT slug, title, language, programme, starts_at, _ical_dtstart_at, _ical_duration, _version, _lang FROM scip.events WHERE false;
SELECT slug, name, language, _lang FROM scip.programmes WHERE false;
SELECT event, interventions, young_people FROM scip.event_outreaches WHERE false;
SELECT id, organisation, principle, stage, assessed_on, _version FROM scip.self_assessments WHERE false;
SELECT id, metric, period, value, note, _version FROM scip.historical_totals WHERE false;
SELECT metric, period, value, basis, sources FROM scip.past_totals WHERE false;
SELECT slug, name, _version FROM scip.courses WHERE false;
SELECT id, course, places_left, _ical_dtstart_at, _version FROM scip.training_sessions WHERE false;
SELECT id, session, position, links, _version FROM scip.bookings WHERE false;
SELECT id, course, comment, cleared FROM scip.training_comments WHERE false;
SELECT person FROM scip.accounts WHERE false;
SELECT slug, status, replaces, replaced_by, _id FROM scip.documents WHERE false;
SELECT slug, status, principle, _phases FROM scip.resources WHERE false;
SELECT collection, id, slug, status, words FROM scip.holdings WHERE false;
SELECT kind, slug, withdrawn_at, _version FROM scip.withdrawals WHERE false;
SELECT title_source, _words FROM scip.resources WHERE false;
SELECT name, media_type, size, sha256, available_from, uploaded_at, href, _id FROM scip.files WHERE false;
SELECT hub, year, status, revision_requested_at, _version FROM scip.hub_evaluations WHERE false;
SELECT year, release, released_at FROM scip.network_evaluations WHERE false;
SELECT 1 / (count(*) = 0)::int FROM scip.network_evaluation('1999-00');
SELECT 1 / (scip.network_document('1999-00') IS NULL AND scip.page_part('page') LIKE '%</html>' AND scip.page_style() LIKE '%}%')::int;
SELECT 1 / (NOT has_function_privilege('scip_anonymous', 'scip.network_progress(text)', 'EXECUTE'))::int;
SELECT kind, name, retention, removes, last_run_at, removed FROM scip.retention WHERE false;
SELECT "table", "column", purpose, lawful_basis, retention FROM scip.processing WHERE false;
SELECT id, report_due_at, _version FROM scip.breaches WHERE false;
SELECT id, person, status, _version FROM scip.objections WHERE false;
SELECT 1 / (count(*) = 0)::int FROM scip.text_column WHERE rule IS NULL;
SELECT who, at, rest FROM scip.replayable WHERE false;
