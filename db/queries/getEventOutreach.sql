SELECT event, interventions, young_people, href, _version
FROM scip.event_outreaches
WHERE _event = :slug
