-- Evidence, responses to consultations, guidance and wins of policy.
SELECT NULL, 1, NULL, scip.latest(p.published_on), NULL, NULL, p.kind,
       CASE WHEN p.kind = 'context' THEN 'context, no contribution' WHEN p.published_on IS NULL THEN 'no date'
            WHEN scip.earliest(p.published_on) < first_day
              OR scip.latest(p.published_on) > last_day THEN 'date that may be outside the period' END,
       '/v1/policy-contributions/' || p.slug
FROM known.policy_contribution(known_at) p
WHERE p.published_on IS NULL OR scip.earliest(p.published_on) <= last_day AND scip.latest(p.published_on) >= first_day
