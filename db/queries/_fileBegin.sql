-- Before the first byte of a file is read: the status that refuses it, or NULL.
SELECT scip.begin_file(:collection, :slug, :name, :only_new, :tags, :file) AS status
