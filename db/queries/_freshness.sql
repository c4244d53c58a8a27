-- Has anything that answers are made of changed since :token was given? Asked ten times a second. What an
-- open transaction has written counts when it commits: a snapshot tells, the order of ids does not. Leads
-- and lists depend on the day as well.
SELECT pg_current_snapshot() || '|' || scip.today() AS token,
       :token::text IS NULL OR split_part(:token, '|', 2) <> scip.today()::text
       OR EXISTS (SELECT FROM scip.change
                  WHERE xid >= pg_snapshot_xmin(split_part(:token, '|', 1)::pg_snapshot)
                    AND NOT pg_visible_in_snapshot(xid, split_part(:token, '|', 1)::pg_snapshot)) AS changed
