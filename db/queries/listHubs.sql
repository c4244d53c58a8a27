-- Hubs by name, or by launch (those without a known launch last).
SELECT slug, name, other_names, nations, regions, status, status_evidence, launched, launched_precision, launch_text,
       current_leads, last_known_leads, former_leads, lead_note, blurb, logo, logo_alt, page_url, page,
       may_use_branding, sources, confidence, href, _geometry, key AS _after_key, slug AS _after_slug
FROM scip.hubs, LATERAL (SELECT CASE :sort WHEN 'launched' THEN coalesce(_launched, '9999') ELSE _sort END COLLATE "C" AS key) AS sorted
WHERE (:nation IS NULL OR :nation = ANY (_nations))
  AND (:region IS NULL OR EXISTS (SELECT FROM scip.hub_region hr JOIN scip.region r ON r.id = hr.region_id
                                  WHERE hr.hub_id = _id AND :region IN (r.gss_code, r.slug)))
  AND (:status IS NULL OR status = :status)
  AND (:lead IS NULL OR EXISTS (SELECT FROM scip.hub_lead l JOIN scip.organisation o ON o.id = l.organisation_id
                                WHERE l.hub_id = _id AND o.slug = :lead))
  AND (:q IS NULL OR strpos(scip.searched(name), (SELECT scip.sought(:q))) > 0
       OR EXISTS (SELECT FROM scip.hub_name n WHERE n.hub_id = _id AND strpos(scip.searched(n.name), (SELECT scip.sought(:q))) > 0))
  AND (:after_slug IS NULL OR CASE WHEN :sort = '-name' THEN (key, slug) < (:after_key, :after_slug)
                                   ELSE (key, slug) > (:after_key, :after_slug) END)
ORDER BY CASE WHEN :sort = '-name' THEN key END DESC, CASE WHEN :sort = '-name' THEN slug END DESC, key, slug
LIMIT :limit
