-- How many, by facet. misses names the filters that a row does not pass: a facet counts rows that miss its own at most.
WITH found AS MATERIALIZED (
  SELECT collection, kind, year, principle, phases, nations, language, file_format,
         array_remove(ARRAY[
           CASE WHEN :collection IS NULL OR collection = :collection THEN NULL ELSE 'collection' END,
           CASE WHEN :kind IS NULL OR kind = :kind THEN NULL ELSE 'kind' END,
           CASE WHEN :year IS NULL OR year = :year THEN NULL ELSE 'year' END,
           CASE WHEN :principle IS NULL OR principle = :principle THEN NULL ELSE 'principle' END,
           CASE WHEN :phase IS NULL OR :phase = ANY (phases) THEN NULL ELSE 'phase' END,
           CASE WHEN :nation IS NULL OR :nation = ANY (nations) THEN NULL ELSE 'nation' END,
           CASE WHEN :language IS NULL OR language = :language THEN NULL ELSE 'language' END,
           CASE WHEN :file_format IS NULL OR file_format = :file_format THEN NULL ELSE 'file_format' END], NULL) AS misses
  FROM scip.library_items
  WHERE :q IS NULL OR words @@ scip.search_query(:q)
), counted AS (
  SELECT facet, value, count(*) AS count
  FROM found, LATERAL (VALUES ('collection', ARRAY[collection]), ('kind', ARRAY[kind]), ('year', ARRAY[year::text]),
         ('principle', ARRAY[principle]), ('phase', phases), ('nation', nations), ('language', ARRAY[language]),
         ('file_format', ARRAY[file_format])) AS facets (facet, held), unnest(held) AS value
  WHERE value IS NOT NULL AND misses <@ ARRAY[facet]
  GROUP BY facet, value
), listed AS (
  SELECT facet, json_agg(json_build_object('value', value, 'name', p.name, 'count', count)
                         ORDER BY CASE facet WHEN 'year' THEN value END DESC, p.ordinal,
                                  CASE WHEN facet <> 'year' THEN -count END, value COLLATE "C") AS counts
  FROM counted LEFT JOIN scip.toolkit_principle p ON facet = 'principle' AND p.slug = value
  GROUP BY facet
)
SELECT (SELECT count(*) FROM found WHERE misses = '{}') AS total,
       (SELECT json_object_agg(facet, coalesce(counts, '[]') ORDER BY n)
        FROM unnest(ARRAY['collection', 'kind', 'year', 'principle', 'phase', 'nation', 'language', 'file_format'])
          WITH ORDINALITY AS f (facet, n)
        LEFT JOIN listed USING (facet)) AS facets
