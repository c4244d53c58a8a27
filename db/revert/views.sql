BEGIN;
DROP VIEW scip.regions, scip.hubs, scip.organisations, scip.events, scip.documents, scip.news_items,
  scip.policy_contributions, scip.groups, scip.toolkit_principles, scip.toolkit_facts, scip.strategies,
  scip.headline_figures;
COMMIT;
