-- By what agents are told apart.
SELECT version, class, pattern FROM scip.agent_patterns()
