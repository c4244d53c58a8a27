-- Asserted figures of the Alliance beside what the records give: never mixed, and why they differ where that is known.
SELECT f.slug, f.title, f.metric, c.period, f.value AS published_value, f.qualifier, f.unit, c.derived AS calculated_value,
       c.status, c.basis, c.definition_version, trim_scale(c.derived - f.value) AS difference,
       CASE f.qualifier WHEN 'exact' THEN c.derived = f.value WHEN 'about' THEN abs(c.derived - f.value) <= f.value / 10
         WHEN 'over' THEN c.derived > f.value ELSE c.derived >= f.value END AS agrees,
       CASE WHEN c.status = 'not_available' THEN 'The records do not go back so far, or the period is not released.'
            WHEN c.status IN ('suppressed', 'not_submitted', 'not_applicable') THEN 'The records give no number that can be published.'
            WHEN c.derived < f.value THEN 'The records are incomplete: not all that was counted then has been recorded here.'
            WHEN c.derived > f.value AND f.qualifier = 'exact' THEN 'The records hold more than was counted then.' END AS reason,
       f.sources, f.href, f.slug AS _after_slug
FROM scip.headline_comparison() c
JOIN scip.headline_figures f ON f.slug = c.figure
WHERE (:period IS NULL OR scip.written_period(:period) IN (f.period, c.period))
  AND (:after_slug IS NULL OR f.slug > :after_slug)
ORDER BY f.slug
LIMIT :limit
