-- The roles of a client that shows this secret (its hash), or has shown an assertion (NULL). No row: nobody.
SELECT ctx.client_roles(:client, :secret_sha256) AS roles
