-- The columns alone. A Hub that there is not is 404.
SELECT NULL AS name, NULL AS email, NULL AS organisation, NULL AS organisation_name, NULL AS sector, NULL AS ambassador,
       NULL AS "from", NULL AS "to", 404 AS _status
WHERE NOT EXISTS (SELECT FROM scip.hub WHERE slug = :slug)
