-- The answer to a caller whose token is good and whose account is not known; it is noted for the central team.
SELECT ctx.unknown_account(:issuer, :subject) AS answer
