UPDATE scip.objection SET decision = :decision, reasons = :reasons, decided_at = now() WHERE id = :id RETURNING NULL::int AS _status
