-- Counted figures, and historical totals beside them.
SELECT item, period, agent_of AS agent, basis, total_item_investigations, unique_item_investigations, total_item_requests,
       unique_item_requests, k1 AS _after_k1, k2 AS _after_k2, k3 AS _after_k3
FROM (
  SELECT u.*, coalesce(u.period, '') COLLATE "C" AS k1, u.item_key COLLATE "C" AS k2,
         (coalesce(u.agent_of, '') || u.basis) COLLATE "C" AS k3
  FROM scip.usage_rows(:kind, :item, false, :agent, :from, :to, :by) u) u
WHERE :after_k1 IS NULL OR (k1, k2, k3) > (:after_k1, :after_k2, :after_k3)
ORDER BY k1, k2, k3
LIMIT :limit
