-- Commits uses, all that waited together: a row each, or none where the patterns of agents have changed.
SELECT status, url FROM scip.record_uses(:version, :at, :item, :kind, :agent, :day_key, :previous_key, :month_key)
