BEGIN;
SELECT title_is_descriptive, _words FROM scip.resources WHERE false;
ROLLBACK;
