-- Users of the whole bank in each month, and historical totals beside them.
SELECT period, agent_of AS agent, basis, users_investigating, users_requesting, k1 AS _after_k1, k2 AS _after_k2
FROM (
  SELECT u.*, u.period COLLATE "C" AS k1, (coalesce(u.agent_of, '') || u.basis) COLLATE "C" AS k2
  FROM scip.usage_users(:agent, :from, :to) u) u
WHERE :after_k1 IS NULL OR (k1, k2) > (:after_k1, :after_k2)
ORDER BY k1, k2
LIMIT :limit
