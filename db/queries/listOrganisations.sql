-- Organisations by name.
SELECT slug, name, other_names, categories, nation, uk_wide, region, identifiers, partnerships, hubs_led,
       website, logo, role, note, sources, confidence, href,
       _sort::text AS _after_key, slug AS _after_slug
FROM scip.organisations
WHERE (:nation IS NULL OR nation = :nation)
  AND (:category IS NULL OR EXISTS (SELECT FROM scip.organisation_category c
                                    WHERE c.organisation_id = _id AND c.category = :category AND scip.is_now(c.starts, c.ends)))
  AND (:identifier IS NULL OR EXISTS (SELECT FROM scip.organisation_identifier i
                                      WHERE i.organisation_id = _id AND i.identifier = scip.org_id(:identifier)))
  AND (:partnership IS NULL AND :partners IS NULL OR EXISTS ( -- current ones, unless former ones are asked for
        SELECT FROM scip.organisation_partnership p WHERE p.organisation_id = _id AND p.role = coalesce(:partnership, p.role)
        HAVING CASE WHEN :partners = 'former' THEN NOT bool_or(scip.is_now(p.starts, p.ends)) AND bool_or(scip.latest(p.ends) < scip.today())
                    ELSE bool_or(scip.is_now(p.starts, p.ends)) END))
  AND (:q IS NULL OR strpos(_search, (SELECT scip.sought(:q))) > 0
       OR EXISTS (SELECT FROM scip.organisation_name n WHERE n.organisation_id = _id AND strpos(n.search, (SELECT scip.sought(:q))) > 0))
  AND (:after_slug IS NULL OR CASE WHEN :sort = '-name' THEN (_sort, slug) < (:after_key, :after_slug)
                                   ELSE (_sort, slug) > (:after_key, :after_slug) END)
ORDER BY CASE WHEN :sort = '-name' THEN _sort END DESC, CASE WHEN :sort = '-name' THEN slug END DESC, _sort, slug
LIMIT :limit
