-- The answer that was kept for the same request, for a caller who has the same rights as then.
SELECT status, location, etag, content_type, body FROM ctx.kept(:operation, :key, :hash)
