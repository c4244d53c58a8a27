BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.import_members, scip.member_line_faults, scip.is_listed, scip.read_member_lines, scip.sheet_date,
  scip.add_person, scip.people_named, scip.record_person_merge, scip.person_merge_merge, scip.quorate, scip.quorum_of, scip.known_person, scip.person_for, scip.lock_people,
  scip.person_email, scip.person_name, scip.note_read, ctx.sees_person, ctx.corrects, ctx.knows, ctx.people, ctx.known, ctx.placed,
  scip.record_group_seat, scip.record_hub_quorum, scip.record_hub_membership, scip.record_person, ctx.person,
  scip.is_email, scip.person_tidy, scip.person_central_restricts, scip.person_guard_person,
  scip.hub_membership_lock_hub, scip.record_hub_lead_person, scip.hub_lead_person_guard_lead_person, scip.hub_lead_end_lead_people, scip.hub_membership_guard_self, scip.hub_quorum_guard_quorum, scip.group_seat_guard_seat CASCADE;
ALTER TABLE scip.account DROP COLUMN person_id;
DROP TABLE scip.hub_lead_person, scip.group_seat, scip.hub_quorum, scip.hub_membership, scip.erasure, scip.personal_read, scip.person_merge,
  scip.person CASCADE;
DROP TYPE scip.member_line;
DELETE FROM scip.record_kind WHERE "table" IN ('person', 'person_merge', 'hub_membership', 'hub_quorum', 'group_seat', 'hub_lead_person');
COMMIT;
