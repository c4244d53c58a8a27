-- One of them by its slug; a former slug leads to the present one.
SELECT slug, name, other_names, nations, regions, status, status_evidence, launched, launched_precision, launch_text,
       current_leads, last_known_leads, former_leads, lead_note, blurb, logo, logo_alt, page_url, page,
       may_use_branding, sources, confidence, href, _geometry, _version,
       CASE WHEN slug <> :slug THEN 308 END AS _status,
       CASE WHEN slug <> :slug THEN href END AS _location
FROM scip.hubs
WHERE _id = coalesce((SELECT id FROM scip.hub WHERE slug = :slug),
                     (SELECT hub_id FROM scip.hub_former_slug WHERE slug = :slug))
