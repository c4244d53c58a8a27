SELECT hub, code, ordinal, title, optional, done_on, evidence, done_by, version, updated_at, href, _version
FROM scip.hub_pathway_steps
WHERE _hub = :slug AND code = :step
