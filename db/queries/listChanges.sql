-- What changed, in the order of transactions. Nothing at or above the horizon is shown: an open transaction may
-- still write below what others have committed. Where a page has room left, a bookmark ends it: everything
-- below the horizon has been passed, seen or not. The cursor is for the rights it was given to and for this
-- history: one that is ahead is from before a restore,
-- one that is behind what has been removed would miss some.
WITH start AS MATERIALIZED (
  SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon,
         CASE WHEN :after_xid IS NOT NULL THEN :after_xid::xid8
              WHEN :start = 'now' THEN pg_snapshot_xmin(pg_current_snapshot()) ELSE '0'::xid8 END AS xid,
         coalesce(:after_id::bigint, 0) AS id,
         CASE WHEN :after_rights <> ctx.rights() OR :after_xid::xid8 > pg_snapshot_xmin(pg_current_snapshot())
                OR :after_xid::xid8 < (SELECT xid FROM scip.change_cut) THEN 'cursor-expired' END AS rule
), page AS (
  SELECT c.kind, c.key, c.op, c.at, c.xid, c.id, false AS bookmark
  FROM scip.change c
  WHERE (c.xid, c.id) > ((SELECT xid FROM start), (SELECT id FROM start)) AND c.xid < (SELECT horizon FROM start)
    AND (SELECT rule FROM start) IS NULL
  ORDER BY c.xid, c.id
  LIMIT :limit
)
SELECT kind, key, CASE WHEN kind = 'account' AND NOT ctx.central() THEN '/v1/me' ELSE scip.href(kind, key) END AS href, op,
       at AS changed_at, xid::text AS _after_xid, id AS _after_id, ctx.rights() AS _after_rights,
       (SELECT rule FROM start) AS _rule, bookmark AS _bookmark
FROM (SELECT * FROM page
      UNION ALL
      SELECT NULL, NULL, NULL, NULL, horizon, 0, true FROM start
      ORDER BY bookmark, xid, id
      LIMIT :limit) rows
