-- Organisations that led a Hub on the last day.
SELECT l.organisation_id::text, NULL, NULL, last_day, l.hub_id, scip.one_nation(h.nations), NULL,
       CASE WHEN l.evidence_kind <> 'dated' THEN 'lead of whom no dates are known'
            WHEN NOT l.period @> last_day THEN 'lead at another time' END,
       '/v1/hubs/' || h.slug || '/leads/' || l.id
FROM known.hub_lead(known_at) l JOIN known.hub(known_at) h ON h.id = l.hub_id
