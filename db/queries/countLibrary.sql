-- How many, by facet. misses names the filters that a row does not pass: a facet counts rows that miss its own at most.
WITH found AS MATERIALIZED (
  SELECT type, kind, year, principle, phases, nations, language, format,
         array_remove(ARRAY[
           CASE WHEN NOT coalesce(type = :type, :type IS NULL) THEN 'type' END,
           CASE WHEN NOT coalesce(kind = :kind, :kind IS NULL) THEN 'kind' END,
           CASE WHEN NOT coalesce(year = :year, :year IS NULL) THEN 'year' END,
           CASE WHEN NOT coalesce(principle = :principle, :principle IS NULL) THEN 'principle' END,
           CASE WHEN NOT coalesce(:phase = ANY (phases), :phase IS NULL) THEN 'phase' END,
           CASE WHEN NOT coalesce(:nation = ANY (nations), :nation IS NULL) THEN 'nation' END,
           CASE WHEN NOT coalesce(language = :language, :language IS NULL) THEN 'language' END,
           CASE WHEN NOT coalesce(format = :file_format, :file_format IS NULL) THEN 'file_format' END], NULL) AS misses
  FROM scip.library
  WHERE :q IS NULL OR words @@ scip.wanted(:q)
), counted AS (
  SELECT facet, value, count(*) AS count
  FROM found, LATERAL (VALUES ('type', ARRAY[type]), ('kind', ARRAY[kind]), ('year', ARRAY[year::text]),
         ('principle', ARRAY[principle]), ('phase', phases), ('nation', nations), ('language', ARRAY[language]),
         ('file_format', ARRAY[format])) AS facets (facet, held), unnest(held) AS value
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
        FROM unnest(ARRAY['type', 'kind', 'year', 'principle', 'phase', 'nation', 'language', 'file_format']) WITH ORDINALITY AS f (facet, n)
        LEFT JOIN listed USING (facet)) AS facets
