-- Ends a file; its bytes are kept for 30 days. The status that refuses it, or NULL.
SELECT scip.delete_file(:collection, :slug, :name, :tags) AS status
