BEGIN;
SELECT 'scip.hub_health'::regproc, 'scip.health'::regproc, 'scip.message_rates'::regproc;
ROLLBACK;
