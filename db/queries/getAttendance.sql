SELECT person, scip.person_name(person) AS name, sector, state, href
FROM scip.meeting_attendance
WHERE _meeting = :id AND person = :person
