-- Removes the chunks of an upload that came to nothing.
DELETE FROM scip.upload u WHERE u.id = :file AND NOT EXISTS (SELECT FROM scip.file f WHERE f.id = u.id)
