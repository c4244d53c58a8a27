-- Ends a file; its bytes are kept for 30 days. The status that refuses it, or NULL.
SELECT scip.delete_file(:document, :resource, :name, :tags) AS status
