-- Documents and resources, what fits best first; without words the newest (undated ones last).
SELECT collection, slug, title, title_cy, summary, array_to_json(authors) AS authors, publisher, year, published_on, kind,
       (SELECT scip.link('toolkit/principles', p.slug, p.name) FROM scip.toolkit_principle p WHERE p.slug = principle) AS principle,
       array_to_json(phases) AS phases, array_to_json(nations) AS nations, language, file_format, licence, status, url, updated_at, href,
       coalesce((SELECT json_agg(json_build_object('name', f.name, 'media_type', f.media_type, 'size', f.size, 'href', f.href)
                                 ORDER BY f.name COLLATE "C")
                 FROM scip.files f
                 WHERE status = 'available' AND (f._document_id = CASE collection WHEN 'documents' THEN id END
                                                 OR f._resource_id = CASE collection WHEN 'resources' THEN id END)), '[]') AS files,
       key AS _after_key, href AS _after_href
FROM scip.library_items, LATERAL (SELECT CASE WHEN :q IS NULL THEN published_sort
                                        ELSE to_char(ts_rank(words, scip.search_query(:q)), '0.00000000')
                                        END COLLATE "C" AS key) AS sorted
WHERE (:q IS NULL OR words @@ scip.search_query(:q))
  AND (:collection IS NULL OR collection = :collection)
  AND (:kind IS NULL OR kind = :kind)
  AND (:year IS NULL OR year = :year)
  AND (:principle IS NULL OR principle = :principle)
  AND (:phase IS NULL OR :phase = ANY (phases))
  AND (:nation IS NULL OR :nation = ANY (nations))
  AND (:language IS NULL OR language = :language)
  AND (:file_format IS NULL OR file_format = :file_format)
  AND (:modified_since IS NULL OR updated_at >= :modified_since)
  AND (:after_href IS NULL OR key < :after_key OR key = :after_key AND href COLLATE "C" > :after_href)
ORDER BY key DESC, href COLLATE "C"
LIMIT :limit
