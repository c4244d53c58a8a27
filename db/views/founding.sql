CREATE VIEW scip.hub_applications WITH (security_invoker) AS
SELECT a.id, scip.link('organisations', o.slug, o.name) AS organisation,
       a.account_id AS account, a.slug::text, a.name::text, array_to_json(a.nations) AS nations, array_to_json(a.regions) AS regions,
       a.rationale, a.expected_partners::json AS expected_partners, a.status,
       a.submitted_at, a.review_started_at, a.decided_at, a.decision_note,
       scip.link('hubs', h.slug, h.name) AS hub,
       a.created_at, a.updated_at, '/v1/hub-applications/' || a.id AS href, a.version AS _version, o.slug AS _organisation
FROM scip.hub_application a
JOIN scip.organisation o ON o.id = a.organisation_id
LEFT JOIN scip.hub h ON h.id = a.hub_id;

CREATE VIEW scip.hub_pathway_steps WITH (security_invoker) AS
SELECT scip.link('hubs', h.slug, h.name) AS hub,
       s.code::text, s.ordinal, s.title::text, s.title_cy::text, s.optional, s.guidance, s.guidance_cy, s.contacts::json,
       s.proven_by::text, s.proven_by_cy::text, scip.pathway_proof(p.hub_id, p.step) AS proof, p.done_on, p.evidence, p.reason, p.done_by,
       p.version, p.updated_at,
       '/v1/hubs/' || h.slug || '/pathway/' || s.code AS href, p.version AS _version,
       p.hub_id AS _hub_id, h.slug AS _hub, p.created_at AS _begun_at
FROM scip.hub_pathway p
JOIN scip.pathway_step s ON s.code = p.step
JOIN scip.hub h ON h.id = p.hub_id;

CREATE VIEW scip.hub_invitations WITH (security_invoker) AS
SELECT i.id, scip.link('hubs', h.slug, h.name) AS hub, i.sector::text, scip.link('organisations', o.slug, o.name) AS organisation,
       coalesce(i.name, o.name)::text AS name, i.invited_on, i.status, i.responded_on, i.created_at, i.updated_at,
       '/v1/hubs/' || h.slug || '/invitations/' || i.id AS href, i.version AS _version, h.slug AS _hub
FROM scip.hub_invitation i
JOIN scip.hub h ON h.id = i.hub_id
LEFT JOIN scip.organisation o ON o.id = i.organisation_id;

GRANT SELECT ON scip.hub_applications, scip.hub_pathway_steps, scip.hub_invitations TO scip_caller;
