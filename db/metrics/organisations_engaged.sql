-- Organisations that members of Hubs represented at some time in the period; one that is no record goes by its name.
SELECT coalesce('id ' || m.organisation_id, 'name ' || scip.fold(m.organisation_name)), NULL, NULL, least(last_day, m.ends - 1), m.hub_id,
       scip.one_nation(h.nations), m.sector,
       CASE WHEN m.organisation_id IS NULL AND m.organisation_name IS NULL THEN 'member who represents no organisation' END,
       '/v1/hubs/' || h.slug || '/members/' || m.id
FROM known.hub_membership(known_at) m JOIN known.hub(known_at) h ON h.id = m.hub_id
WHERE m.starts <= last_day AND (m.ends IS NULL OR m.ends > first_day)
