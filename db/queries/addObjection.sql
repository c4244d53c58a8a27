INSERT INTO scip.objection (id, person_id, received_on, purpose, grounds)
SELECT :new_id, p.id, :received_on, :purpose, :grounds FROM scip.person p WHERE p.id = :person
RETURNING '/v1/privacy/objections/' || id AS _location
