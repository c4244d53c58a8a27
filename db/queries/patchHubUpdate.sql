WITH vis AS (
  SELECT u.id FROM scip.quarterly_update u JOIN scip.hub h ON h.id = u.hub_id WHERE h.slug = :slug AND u.quarter = :quarter
), own AS MATERIALIZED (
  SELECT * FROM scip.quarterly_update WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.quarterly_update t SET nil_return = p.nil_return, practice = p.practice, challenges = p.challenges, ideas = p.ideas,
    priorities = p.priorities, questions = p.questions, member_updates = p.member_updates
  FROM own, jsonb_populate_record((own.*)::scip.quarterly_update, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
