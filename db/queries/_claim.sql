-- Reserves an Idempotency-Key for this transaction.
SELECT ctx.claim(:operation, :key, :hash)
