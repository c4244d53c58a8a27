-- By table and column.
SELECT "table", "column", purpose, basis, retention, "table" AS _after_table, "column" AS _after_column
FROM scip.processing
WHERE :after_table IS NULL OR ("table", "column") > (:after_table, :after_column)
ORDER BY "table", "column"
LIMIT :limit
