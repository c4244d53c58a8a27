BEGIN;
SELECT hub_id, year, status, submitted_at FROM scip.hub_evaluation WHERE false;
SELECT hub, quarter, due_on, open_until, status FROM scip.hub_updates WHERE false;
SELECT 'scip.hub_health'::regproc, 'scip.health'::regproc, 'scip.message_rates'::regproc;
ROLLBACK;
