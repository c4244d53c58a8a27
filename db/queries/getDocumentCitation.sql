-- A document as a CSL-JSON item.
SELECT d.slug AS id,
       CASE WHEN kind = ANY (scip.terms_with('document_kind', 'cited_as_article')) THEN 'article-journal'
            WHEN kind = ANY (scip.terms_with('document_kind', 'cited_as_report')) THEN 'report' ELSE 'document' END AS type,
       d.title,
       (SELECT json_agg(CASE WHEN n.family IS NOT NULL
                             THEN json_strip_nulls(json_build_object('family', n.family, 'given', n.given, 'suffix', n.suffix))
                             ELSE json_build_object('literal', a) END)
        FROM json_array_elements_text(authors) a, scip.author(a) n) AS author,
       CASE WHEN coalesce(published_on, year::text) IS NOT NULL THEN
         json_build_object('date-parts', json_build_array((SELECT json_agg(part::int ORDER BY n)
           FROM unnest(string_to_array(coalesce(published_on, year::text), '-')) WITH ORDINALITY AS parts (part, n)))) END AS issued,
       publisher, replace(kind, '_', ' ') AS genre, abstract, language, edition, licence AS license,
       isbn AS "ISBN", doi AS "DOI", url AS "URL",
       _version, CASE WHEN d.slug IS NULL THEN 'record-withdrawn' END AS _rule
FROM (SELECT id FROM scip.document WHERE slug = :slug) AS there LEFT JOIN scip.documents d ON d._id = there.id
