-- One of them by its slug.
SELECT slug, gss_code, name, kind, nation, longitude, latitude, hubs, sources, href,
       _geometry
FROM scip.regions
WHERE slug = :slug
