-- The day that a second is in, and what its users are hashed with.
SELECT starts, ends, day, previous, month FROM scip.usage_salts(:at)
