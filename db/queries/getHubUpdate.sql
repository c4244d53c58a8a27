SELECT hub, quarter, starts, ends, due_on, open_until, owed, status, nil_return, late, submitted_at, practice, challenges, ideas,
       priorities, questions, member_updates, created_at, updated_at, href, _version
FROM scip.hub_updates
WHERE _hub = :slug AND quarter = :quarter AND status <> 'none'
