-- The headings that are open are looked for once the meeting's row is locked, one after the other.
WITH vis AS (
  SELECT id FROM scip.meeting WHERE id = :id
), held AS MATERIALIZED (
  SELECT scip.lock_meeting(id) AS may FROM vis
), done AS MATERIALIZED (
  SELECT may, CASE WHEN may THEN scip.complete_agenda(:id) END AS open FROM held
)
SELECT CASE WHEN NOT may THEN 403 END AS _status, CASE WHEN open <> '{}' THEN 'agenda-not-addressed' END AS _rule,
       (SELECT jsonb_agg(jsonb_build_object('pointer', '/agenda/' || heading,
                                            'detail', 'is neither addressed nor marked as nothing raised')
                         ORDER BY n)
        FROM unnest(open) WITH ORDINALITY o (heading, n)) AS _errors
FROM done
