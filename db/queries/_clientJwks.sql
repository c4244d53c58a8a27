-- The public keys of a client that signs assertions.
SELECT ctx.client_jwks(:client) AS jwks
