-- By what agents are recognised.
SELECT version, agent, pattern FROM scip.agent_patterns()
