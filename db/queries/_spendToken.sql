-- Ends a token, or uses up an assertion: false when it was spent before.
SELECT ctx.spend_token(:issuer, :token_id, :expires_at) AS spent
