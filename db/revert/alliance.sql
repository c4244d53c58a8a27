BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.is_corrected, scip.correct_record, scip.record_correction, scip.patched_page, scip.set_hub_parts,
  scip.set_strategy_themes, scip.set_group_organisations, scip.set_organisation_parts, scip.set_parts, scip.reference,
  scip.record_strategy_theme, scip.record_strategy, scip.record_toolkit_fact, scip.record_toolkit_principle,
  scip.record_hub_former_slug, scip.record_hub_lead, scip.record_hub_status, scip.record_hub_name,
  scip.record_hub_region, scip.record_hub, scip.check_hub_leads, scip.record_group_organisation,
  scip.record_alliance_group, scip.record_organisation_former_slug, scip.record_organisation_partnership,
  scip.record_organisation_identifier, scip.record_organisation_sector, scip.record_organisation_name,
  scip.record_organisation, scip.record_organisation_lineage, scip.organisation_lineage_guard_merge, scip.organisation_note_renaming,
  scip.organisation_lineage_keep_name, scip.organisation_lineage_merge, scip.is_demonstration, scip.org_id, scip.record_region, scip.region_set_nation, scip.hub_guard_profile,
  scip.hub_keep_former_name, scip.hub_guard_removal, scip.hub_status_check_hub_status CASCADE;
DROP TABLE scip.correction, scip.strategy_theme, scip.strategy, scip.toolkit_fact, scip.toolkit_principle, scip.hub_former_slug,
  scip.hub_lead, scip.hub_status, scip.hub_name, scip.hub_region, scip.hub, scip.group_organisation, scip.alliance_group,
  scip.organisation_lineage, scip.organisation_former_slug, scip.organisation_partnership, scip.organisation_identifier,
  scip.organisation_sector, scip.organisation_name, scip.organisation, scip.region CASCADE;
DELETE FROM scip.record_kind WHERE "table" IN ('region', 'organisation', 'organisation_name', 'organisation_sector',
  'organisation_identifier', 'organisation_partnership', 'organisation_former_slug', 'organisation_lineage', 'alliance_group', 'group_organisation',
  'hub', 'hub_region', 'hub_name', 'hub_status', 'hub_lead', 'hub_former_slug', 'toolkit_principle', 'toolkit_fact', 'strategy',
  'strategy_theme', 'correction');
COMMIT;
