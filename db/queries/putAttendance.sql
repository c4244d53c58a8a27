WITH vis AS (
  SELECT id FROM scip.meeting WHERE id = :id
), done AS MATERIALIZED (
  SELECT scip.set_attendance(id, jsonb_build_array(jsonb_build_object('person', :person, 'state', :state)), false) AS may FROM vis
)
SELECT CASE WHEN NOT may THEN 403 END AS _status FROM done
