-- How far a Hub has come: in percent of the required steps, and for how many days nothing has been done since the
-- last step or the founding.
SELECT (array_agg(hub))[1] AS hub,
       json_agg(json_build_object('code', code, 'ordinal', ordinal, 'title', title, 'title_cy', title_cy, 'optional', optional,
                  'guidance', guidance, 'guidance_cy', guidance_cy, 'contacts', contacts, 'proven_by', proven_by,
                  'proven_by_cy', proven_by_cy, 'proof', proof, 'done_on', done_on, 'evidence', evidence, 'reason', reason,
                  'done_by', scip.link_id('accounts', done_by, CASE WHEN ctx.central() THEN done_by END),
                  'version', version, 'href', href) ORDER BY ordinal) AS steps,
       (100 * count(done_on) FILTER (WHERE NOT optional) / greatest(count(*) FILTER (WHERE NOT optional), 1))::int AS percent_complete,
       CASE WHEN count(*) FILTER (WHERE done_on IS NULL AND NOT optional) > 0
             AND NOT EXISTS (SELECT FROM scip.hub_status s WHERE s.hub_id = _hub_id AND s.status = 'closed' AND s.ends IS NULL)
            THEN scip.today() - greatest(max(done_on), min((_begun_at AT TIME ZONE setting.zone())::date)) END AS days_stuck,
       (SELECT coalesce(json_agg(DISTINCT i.sector::text), '[]') FROM scip.hub_invitation i WHERE i.hub_id = _hub_id) AS sectors_invited,
       max(updated_at) AS updated_at, sum(version)::int AS _version
FROM scip.hub_pathway_steps
WHERE _hub = :slug
GROUP BY _hub_id
