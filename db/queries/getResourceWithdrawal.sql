-- What stands in the place of a withdrawn one.
SELECT type, slug, title, withdrawn_at, note, href, _version
FROM scip.withdrawals
WHERE type = 'resource' AND slug = :slug
