SELECT id, ordinal, heading, title, intended_outcome, led_by, notes, outcome, created_at, updated_at, href, _version
FROM scip.agenda_items
WHERE _meeting = :meeting AND id = :id
