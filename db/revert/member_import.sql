BEGIN;
DROP FUNCTION scip.import_members, scip.member_line_faults, scip.is_there, scip.read_member_lines, scip.sheet_date, scip.add_person;
DROP TYPE scip.member_line;
COMMIT;
