SELECT id, hub, "group", kind, title, starts_at, day, venue, online, status, guests, agenda_completed_at, attendance_shared_at, quorum,
       created_at, updated_at, href, _version
FROM scip.meetings
WHERE id = :id
