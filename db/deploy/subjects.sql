-- The rights of the people in the records, UK GDPR Art. 15 to 18: what is held about one, correction, restriction,
-- erasure; and what is removed because its time is over.
BEGIN;
SET LOCAL client_min_messages = warning;

-- Writers may not read the columns, so each is set by a statement that does not.
CREATE FUNCTION scip.correct(person uuid, body jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF body ?& '{name,email}' THEN
    UPDATE scip.person SET name = body ->> 'name', email = body ->> 'email' WHERE id = correct.person;
  ELSIF body ? 'name' THEN
    UPDATE scip.person SET name = body ->> 'name' WHERE id = correct.person;
  ELSIF body ? 'email' THEN
    UPDATE scip.person SET email = body ->> 'email' WHERE id = correct.person;
  END IF;
END $$;

-- A kept answer may hold names. Whose name was read for it is held until it is committed: an erasure waits, and then
-- finds it; where the erasure was first, nothing may be kept.
CREATE FUNCTION scip.guard_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  gone boolean;
BEGIN
  PERFORM FROM person WHERE id IN (SELECT r.person_id FROM personal_read r WHERE r.xid = pg_current_xact_id())
  ORDER BY id FOR KEY SHARE;
  SELECT EXISTS (SELECT FROM personal_read r JOIN person p ON p.id = r.person_id
                 WHERE r.xid = pg_current_xact_id() AND p.erased_at IS NOT NULL) INTO gone;
  IF gone THEN
    RAISE 'erased meanwhile' USING ERRCODE = '40001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_kept BEFORE INSERT ON scip.idempotency FOR EACH ROW EXECUTE FUNCTION scip.guard_kept();

-- Takes a person out: the name, the address and who signs in are gone, also from the answers that were kept, whose keys stay
-- used: who repeats the request does not make the person anew. All rows
-- that count the person stay, for they have the id alone. The name is looked for in every text there is (erase_words).
-- Again, or of nobody, it does no harm.
CREATE FUNCTION scip.erase(person uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  held record;
  words text[];
BEGIN
  PERFORM lock_texts();
  SELECT p.name::text, p.email INTO held FROM person p WHERE p.id = erase.person FOR UPDATE;
  INSERT INTO erasure (person_id, at, account_id) VALUES (erase.person, erase.at, ctx.account()) ON CONFLICT DO NOTHING;
  words := ARRAY[erase.person::text, held.name, held.email]
    || ARRAY(SELECT unnest(ARRAY[a.id::text, a.subject]) FROM account a WHERE a.person_id = erase.person);
  DELETE FROM idempotency i WHERE i.account_id IN (SELECT a.id FROM account a WHERE a.person_id = erase.person);
  UPDATE idempotency i SET status = 410, hash = '', location = NULL, etag = NULL, content_type = NULL, body = NULL
  WHERE EXISTS (SELECT FROM unnest(words) word, unnest(ARRAY[word, btrim(to_json(word)::text, '"')]) written -- as it is, and within JSON
               WHERE strpos(i.body, written) > 0 OR strpos(i.location, written) > 0);
  UPDATE person p SET name = NULL, email = NULL, erased_at = erase.at, added_by = NULL
  WHERE p.id = erase.person AND p.erased_at IS NULL;
  DELETE FROM client_secret WHERE account_id IN (SELECT a.id FROM account a WHERE a.person_id = erase.person);
  DELETE FROM client_keys WHERE account_id IN (SELECT a.id FROM account a WHERE a.person_id = erase.person);
  DELETE FROM unknown_account u USING account a WHERE a.person_id = erase.person AND (u.issuer, u.subject) = (a.issuer, a.subject);
  UPDATE account a SET subject = 'erased-' || gen_random_uuid(), label = '[erased]', active = false
  WHERE a.person_id = erase.person AND a.subject !~ '^erased-';
  UPDATE history h SET row = h.row || '{"label": "[erased]"}' FROM account a
  WHERE a.person_id = erase.person AND h."table" = 'account' AND h.record = a.id::text AND h.row ? 'label';
  PERFORM erase_words(erase.person, held.name, held.email);
END $$;
CREATE FUNCTION scip.erase_person(person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF NOT ctx.central() THEN
    RAISE 'not theirs to do' USING ERRCODE = 'SC403', CONSTRAINT = 'only-the-central-team';
  END IF;
  PERFORM erase(person, now());
END $$;

-- All that is held about a person, for the person and the central team; NULL for others. Whoever asked for it may be an
-- account alone.
CREATE FUNCTION scip.held_about(person uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF NOT (ctx.central() OR coalesce(person = ctx.person(), false)) THEN
    RETURN NULL;
  END IF;
  PERFORM note_read(p.id) FROM person p WHERE p.id = person AND p.name IS NOT NULL;
  IF EXISTS (SELECT FROM person p WHERE p.id = person AND p.erased_at IS NOT NULL) THEN -- what is left is about nobody
    RETURN (SELECT jsonb_build_object('person', jsonb_build_object('id', p.id, 'name', NULL, 'email', NULL, 'restricted', p.restricted, 'erased_at', p.erased_at,
        'added_by', NULL, 'created_at', p.created_at, 'updated_at', p.updated_at), 'memberships', e, 'seats', e, 'attendance', e, 'actions', e, 'activities', e,
        'accounts', e, 'reads', e) FROM person p, CAST('[]' AS jsonb) e WHERE p.id = person);
  END IF;
  RETURN (SELECT jsonb_build_object(
    'person', jsonb_build_object('id', p.id, 'name', p.name, 'email', p.email, 'restricted', p.restricted,
      'erased_at', p.erased_at, 'added_by', p.added_by, 'created_at', p.created_at, 'updated_at', p.updated_at),
    'memberships', (SELECT coalesce(jsonb_agg(jsonb_build_object('hub', h.slug, 'organisation', o.slug, 'organisation_name', m.organisation_name,
        'sector', m.sector, 'ambassador', m.ambassador, 'from', m.starts, 'to', m.ends - 1) ORDER BY m.starts, m.id), '[]')
      FROM hub_membership m JOIN hub h ON h.id = m.hub_id LEFT JOIN organisation o ON o.id = m.organisation_id WHERE m.person_id = p.id),
    'seats', (SELECT coalesce(jsonb_agg(jsonb_build_object('group', g.slug, 'title', s.title, 'organisation', o.slug, 'sector', s.sector,
        'from', s.starts, 'to', s.ends - 1) ORDER BY s.starts, s.id), '[]')
      FROM group_seat s JOIN alliance_group g ON g.id = s.group_id LEFT JOIN organisation o ON o.id = s.organisation_id WHERE s.person_id = p.id),
    'attendance', (SELECT coalesce(jsonb_agg(jsonb_build_object('meeting', m.id, 'title', m.title, 'day', m.day, 'state', a.state)
        ORDER BY m.day, m.id), '[]')
      FROM attendance a JOIN meeting m ON m.id = a.meeting_id WHERE a.person_id = p.id),
    'actions', (SELECT coalesce(jsonb_agg(jsonb_build_object('meeting', a.meeting_id, 'text', a.text, 'due_on', a.due_on, 'done_on', a.done_on)
        ORDER BY a.created_at, a.id), '[]')
      FROM action a WHERE a.owner_id = p.id),
    'activities', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'hub', h.slug, 'title', a.title, 'held_on', a.held_on)
        ORDER BY a.held_on, a.id), '[]')
      FROM activity a JOIN hub_membership m ON m.id = a.membership_id JOIN hub h ON h.id = a.hub_id WHERE m.person_id = p.id),
    'accounts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'issuer', a.issuer, 'subject', a.subject, 'label', a.label,
        'active', a.active, 'roles', (SELECT coalesce(jsonb_agg(jsonb_build_object('role', r.role, 'from', r.starts, 'to', r.ends - 1)
                                                                ORDER BY r.starts, r.id), '[]')
                                      FROM account_role r WHERE r.account_id = a.id)) ORDER BY a.created_at, a.id), '[]')
      FROM account a WHERE a.person_id = p.id),
    'reads', (SELECT coalesce(jsonb_agg(jsonb_build_object('at', r.at, 'account', r.account_id, 'operation', r.operation)
        ORDER BY r.at, r.id), '[]')
      FROM personal_read r WHERE r.person_id = p.id))
  FROM person p WHERE p.id = person);
END $$;
GRANT EXECUTE ON FUNCTION scip.correct, scip.erase_person, scip.held_about TO scip_writer;

-- How far changes have been removed: who follows them from before that begins anew.
CREATE TABLE scip.change_cut (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  xid xid8 NOT NULL
);
CALL scip.publish('change_cut');

-- What has been kept long enough goes: answers for replays after a day (keys of erased ones after
-- two years), tokens that are over anyway, reads of personal data
-- after two years, changes after 400 days, and the name of who has had no membership, seat or account for two years.
CREATE FUNCTION scip.retain(OUT kind text, OUT removed int) RETURNS SETOF record
LANGUAGE plpgsql AS $$
DECLARE
  cut xid8;
BEGIN
  kind := 'idempotency';
  DELETE FROM scip.idempotency WHERE created_at < now() - CASE status WHEN 410 THEN interval '2 years' ELSE '24 hours' END;
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
  kind := 'spent_token';
  DELETE FROM scip.spent_token WHERE expires_at < now() - interval '5 minutes';
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
  kind := 'personal_read';
  DELETE FROM scip.personal_read WHERE at < now() - interval '2 years';
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN NEXT;
  kind := 'change';
  WITH gone AS (DELETE FROM scip.change WHERE at < now() - interval '400 days' RETURNING xid)
  SELECT count(*), max(xid::text::numeric)::text::xid8 INTO removed, cut FROM gone;
  IF cut IS NOT NULL THEN
    INSERT INTO scip.change_cut (xid) VALUES (cut)
    ON CONFLICT (one) DO UPDATE SET xid = EXCLUDED.xid WHERE EXCLUDED.xid > change_cut.xid;
  END IF;
  RETURN NEXT;
  kind := 'person';
  SELECT count(scip.erase(p.id, now())) INTO removed FROM scip.person p
  WHERE p.erased_at IS NULL AND p.created_at < now() - interval '2 years'
    AND NOT EXISTS (SELECT FROM scip.hub_membership m WHERE m.person_id = p.id
                    AND (m.ends IS NULL OR m.ends > scip.today() - interval '2 years'))
    AND NOT EXISTS (SELECT FROM scip.group_seat s WHERE s.person_id = p.id
                    AND (s.ends IS NULL OR s.ends > scip.today() - interval '2 years'))
    AND NOT EXISTS (SELECT FROM scip.account a WHERE a.person_id = p.id
                    AND (a.active OR a.updated_at > now() - interval '2 years'));
  RETURN NEXT;
END $$;

COMMIT;
