-- By what agents are told apart.
SELECT version, agent, pattern FROM scip.agent_patterns()
