-- By principle, in the order of display. Small numbers are suppressed in the function: see there.
SELECT scip.link('toolkit/principles', p.slug, p.name) AS principle, s.year AS period,
       s.schools, s.schools_status, s.emerging, s.emerging_status, s.developing, s.developing_status, s.embedding, s.embedding_status,
       p.ordinal::text AS _after_key, p.slug::text AS _after_slug
FROM scip.self_assessment_sums(:period) s
JOIN scip.toolkit_principle p ON p.id = s.principle_id
WHERE (:after_slug IS NULL OR (p.ordinal, p.slug) > (:after_key::int, :after_slug))
ORDER BY p.ordinal, p.slug
LIMIT :limit
