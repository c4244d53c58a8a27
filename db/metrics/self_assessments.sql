-- The latest of each school and principle.
SELECT a.organisation_id || ' ' || a.principle_id, NULL, NULL, a.assessed_on, NULL, NULL, p.slug || '/' || a.stage,
       CASE WHEN a.assessed_on < max(a.assessed_on) OVER (PARTITION BY a.organisation_id, a.principle_id)
         THEN 'self-assessment that a later one replaces' END, '/v1/self-assessments/' || a.id
FROM known.self_assessment(known_at) a JOIN scip.toolkit_principle p ON p.id = a.principle_id
WHERE a.assessed_on BETWEEN first_day AND last_day
