-- The pages that people read: this one, the reference, and the evaluations that are published.
SELECT xmlserialize(DOCUMENT xmlelement(name urlset, xmlattributes('http://www.sitemaps.org/schemas/sitemap/0.9' AS xmlns),
         xmlagg(xmlelement(name url, xmlelement(name loc, rtrim(:address, '/') || p.path),
             CASE WHEN p.changed IS NOT NULL THEN xmlelement(name lastmod, p.changed) END)
                ORDER BY p.path)) AS text) AS _body
FROM (VALUES ('/', NULL::date), ('/docs', NULL)
      UNION ALL SELECT format('/v1/network/evaluations/%s/document', n.year),
          (n.released_at AT TIME ZONE setting.zone())::date FROM scip.network_evaluations n) p (path, changed)
