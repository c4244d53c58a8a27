SELECT id, account, role, hub, organisation, "group", "from", "to", href, _version
FROM scip.account_roles
WHERE account = :account AND id = :id
