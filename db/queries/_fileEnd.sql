-- All chunks are kept: makes them the file.
SELECT status, href, answer
FROM scip.end_file(:collection, :slug, :name, :only_new, :tags, :file, :media_type, :size, :sha256)
