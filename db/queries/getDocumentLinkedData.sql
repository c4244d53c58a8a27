-- A document in the words of schema.org. "Family, G." is a person; what others are is not known.
SELECT 'https://schema.org' AS "@context",
       CASE WHEN kind = ANY (scip.terms_with('document_kind', 'cited_as_article')) THEN 'ScholarlyArticle'
            WHEN kind = ANY (scip.terms_with('document_kind', 'cited_as_report')) THEN 'Report' ELSE 'CreativeWork' END AS "@type",
       href AS "@id", coalesce(url, href) AS "mainEntityOfPage", d.title AS name,
       (SELECT json_agg(CASE WHEN n.family IS NOT NULL THEN
                 json_strip_nulls(json_build_object('@type', 'Person', 'name', concat_ws(' ', n.given, n.family, n.suffix),
                                   'familyName', n.family, 'givenName', n.given, 'honorificSuffix', n.suffix))
                 ELSE json_build_object('name', a) END) FROM json_array_elements_text(authors) a, scip.author(a) n) AS author,
       coalesce(published_on, year::text) AS "datePublished",
       CASE WHEN publisher IS NOT NULL THEN json_build_object('@type', 'Organization', 'name', publisher) END AS publisher,
       CASE WHEN commissioned_by IS NOT NULL THEN
         json_build_object('@type', 'Organization', 'name', regexp_replace(commissioned_by, ' \(funder\)$', '')) END AS sponsor,
       abstract, language AS "inLanguage",
       CASE WHEN licence ~ '^[A-Za-z0-9.+-]+$' THEN 'https://spdx.org/licenses/' || licence || '.html' ELSE licence END AS license,
       isbn, edition AS version, kind AS genre, url, 'https://doi.org/' || doi AS "sameAs",
       CASE status WHEN 'embargoed' THEN 'Embargoed until ' || embargo_until END AS "conditionsOfAccess",
       CASE WHEN doi IS NOT NULL THEN json_build_object('@type', 'PropertyValue', 'propertyID', 'doi', 'value', doi) END AS identifier,
       (SELECT json_agg(json_build_object('@type', 'MediaObject', 'name', f.name, 'encodingFormat', f.media_type, 'contentSize',
           f.size::text,
                                          'sha256', f.sha256, 'contentUrl', f.href) ORDER BY f.name COLLATE "C")
        FROM scip.files f WHERE f._document_id = d._id AND status = 'available') AS encoding,
       _version, CASE WHEN d.slug IS NULL THEN 'record-withdrawn' END AS _rule
FROM (SELECT id FROM scip.document WHERE slug = :slug) AS there LEFT JOIN scip.documents d ON d._id = there.id
