BEGIN;
DROP FUNCTION ctx.person;
ALTER TABLE scip.account DROP COLUMN person_id;
DROP TABLE scip.erasure, scip.personal_read, scip.person;
DROP FUNCTION scip.tidy_person, scip.is_email;
COMMIT;
