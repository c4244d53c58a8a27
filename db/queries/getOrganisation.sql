-- One of them by its slug; a former slug leads to the present one.
SELECT slug, name, other_names, categories, nation, uk_wide, region, identifiers, partnerships, hubs_led,
       website, logo, role, note, sources, confidence, href, _version,
       CASE WHEN slug <> :slug THEN 308 END AS _status,
       CASE WHEN slug <> :slug THEN href END AS _location
FROM scip.organisations
WHERE _id = coalesce((SELECT id FROM scip.organisation WHERE slug = :slug),
                     (SELECT organisation_id FROM scip.organisation_former_slug WHERE slug = :slug))
