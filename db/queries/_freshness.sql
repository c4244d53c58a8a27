-- Has anything that answers are made of changed since :token was given? Asked ten times a second, so the latest changes are
-- looked at in their order (OFFSET 0 keeps it): a plan made while there were few would read them all. What an
-- open transaction has written counts when it commits: a snapshot shows that, the order of ids does not. Leads
-- and lists depend on the day as well.
SELECT pg_current_snapshot() || '|' || scip.today() AS token,
       :token::text IS NULL OR split_part(:token, '|', 2) <> scip.today()::text
       OR EXISTS (SELECT FROM (SELECT xid FROM scip.change WHERE xid >= pg_snapshot_xmin(split_part(:token, '|', 1)::pg_snapshot)
                               ORDER BY xid DESC, id DESC OFFSET 0) c
                  WHERE NOT pg_visible_in_snapshot(c.xid, split_part(:token, '|', 1)::pg_snapshot)) AS changed
