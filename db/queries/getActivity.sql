SELECT id, hub, kind, held_on, title, description, themes, membership, programme, interventions, young_people, created_at,
       updated_at, href, _version
FROM scip.activities
WHERE _hub = :slug AND id = :id
