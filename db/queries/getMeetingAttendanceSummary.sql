SELECT h.meeting, h.hub, h."group", s.attendance_shared_at, s.present, s.apologies, s.absent, s.guests, s.sectors,
       scip.meeting_quorum(:id) AS quorum, (SELECT m.version FROM scip.meeting m WHERE m.id = :id) AS _version
FROM scip.meeting_head(:id) h, scip.attendance_summary(:id) s
