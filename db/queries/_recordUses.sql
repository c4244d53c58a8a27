-- Commits uses, all that waited together: a row each, or none where the patterns of agents have changed. Not yet to disk:
-- the next batch need not wait for that, only the answers must.
SELECT status, url
FROM set_config('synchronous_commit', 'off', true), scip.record_uses(:version, :at, :item, :kind, :class, :day_key, :previous_key, :month_key)
