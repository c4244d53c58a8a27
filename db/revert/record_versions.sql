-- A view cannot lose columns: they are made anew as they were.
BEGIN;
SET LOCAL client_min_messages = error;
DROP VIEW scip.headline_figures, scip.headline_figure_versions, scip.regions, scip.hubs, scip.organisations, scip.events,
  scip.documents, scip.news_items, scip.policy_contributions, scip.groups, scip.toolkit_principles, scip.toolkit_facts,
  scip.strategies;
\ir ../deploy/views.sql
