SELECT id, record, field, reason, hub, at, href FROM scip.redactions WHERE id = :id
