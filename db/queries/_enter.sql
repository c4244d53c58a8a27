-- Begins every transaction of a caller with a token: who it is, and whether one of the operation's roles is its own.
SELECT ctx.enter(:issuer, :subject, :token_id, :issued_at, :scope, :request, :operation, :roles, :dry_run)
