-- What a school said on a day; nothing is 404.
SELECT scip.link('organisations', o.slug, o.name) AS organisation, :date AS assessed_on,
       json_object_agg(p.slug, a.stage ORDER BY p.ordinal) AS principles, max(a.updated_at) AS updated_at,
       '/v1/organisations/' || o.slug || '/self-assessments/' || :date AS href,
       scip.self_assessments_version(o.id, :date) AS _version
FROM scip.organisation o
JOIN scip.self_assessment a ON a.organisation_id = o.id AND a.assessed_on = :date
JOIN scip.toolkit_principle p ON p.id = a.principle_id
WHERE o.slug = :slug
GROUP BY o.id
