BEGIN;
SELECT 1/has_function_privilege('scip_writer', p, 'EXECUTE')::int FROM unnest(ARRAY[
  'scip.reference(text, text)', 'scip.set_organisation_parts(bigint, jsonb)', 'scip.set_group_organisations(bigint, jsonb)',
  'scip.set_strategy_themes(bigint, jsonb)', 'scip.lock_figure(text)']) p;
ROLLBACK;
