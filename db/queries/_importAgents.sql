-- A published list of robots in place of the one before.
SELECT listed, added, removed FROM scip.import_agents(:patterns)
