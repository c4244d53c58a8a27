BEGIN;
SELECT xid, id, kind FROM scip.change WHERE false;
ROLLBACK;
