-- Keeps the answer to a request with an Idempotency-Key, in the transaction of its effect.
SELECT ctx.keep(:operation, :key, :hash, :status, :location, :etag, :content_type, :body)
