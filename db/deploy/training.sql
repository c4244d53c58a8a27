-- Training: how places are booked, kept in order, attended, judged and certified. What a booking comes to is decided in
-- functions that lock the session first and count in the next statement, so no seat is given twice.
BEGIN;
SET LOCAL client_min_messages = warning;

-- Sessions begin as drafts; their status and what it allows is guarded below.
REVOKE INSERT, UPDATE ON scip.training_session FROM scip_writer;
GRANT INSERT (id, course_id, hub_id, starts_at, ends_at, venue, online, accessibility, capacity),
  UPDATE (starts_at, ends_at, venue, online, accessibility, capacity, status) ON scip.training_session TO scip_writer;

-- The name and address as they were given with the booking. Somebody is found again by the address alone, and nobody
-- proves an address: so a booking shows what was typed, and nothing of the person that the address was found to be of.
-- No row: as the person is recorded, for the session's staff (who is corrected is so in bookings that had the old name).
CREATE TABLE scip.booking_contact (
  booking_id uuid PRIMARY KEY REFERENCES scip.booking ON DELETE CASCADE,
  name scip.label NOT NULL,
  email text CHECK (scip.is_email(email)),
  hidden boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN scip.booking_contact.name IS 'personal: purpose=to know who comes to a training; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=the person''s';
COMMENT ON COLUMN scip.booking_contact.email IS 'personal: purpose=to write to who comes to a training; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=the person''s';
COMMENT ON COLUMN scip.booking_contact.hidden IS 'The use of the person''s data was restricted after the booking: its booker is not shown it any more';
CALL scip.protect('booking_contact');
CALL scip.keep_records('booking_contact', NULL, 'NULL', 'NULL', record => 'r.booking_id', personal => '{name,email}');
-- Bookings are made and change their status by functions alone.
DROP POLICY add ON scip.booking;
DROP POLICY remove ON scip.booking;
REVOKE INSERT, UPDATE, DELETE ON scip.booking FROM scip_writer;
GRANT UPDATE (organisation_id, organisation_name, sector) ON scip.booking TO scip_writer;

-- Needs are given out by one function, as names are.
DROP POLICY add ON scip.booking_need;
DROP POLICY change ON scip.booking_need;
REVOKE SELECT, INSERT, UPDATE ON scip.booking_need FROM scip_writer;
GRANT SELECT (booking_id) ON scip.booking_need TO scip_writer;

-- What somebody thought of the training is the central team's to read, and the website's once it is cleared: its id is
-- not the booking's.
ALTER TABLE scip.feedback
  ADD COLUMN id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  ADD COLUMN session_id uuid NOT NULL REFERENCES scip.training_session;
CREATE INDEX ON scip.feedback (session_id);
DROP POLICY see ON scip.feedback;
DROP POLICY add ON scip.feedback;
DROP POLICY change ON scip.feedback;
DROP POLICY remove ON scip.feedback;
REVOKE INSERT, UPDATE, DELETE ON scip.feedback FROM scip_writer;
GRANT UPDATE (comment_cleared) ON scip.feedback TO scip_writer;
CREATE POLICY see ON scip.feedback FOR SELECT TO scip_writer
  USING ((SELECT ctx.central()) OR comment_cleared AND 'website' = ANY ((SELECT ctx.roles())::text[]));
CREATE POLICY change ON scip.feedback FOR UPDATE TO scip_writer USING ((SELECT ctx.central()));
DROP FUNCTION scip.record_feedback CASCADE;
CALL scip.keep_records('feedback', 'training_comment', 'r.id',
  $$CASE WHEN r.comment IS NULL THEN '{}'::text[] WHEN r.comment_cleared THEN ARRAY['role:central', 'role:website'] ELSE ARRAY['role:central'] END$$,
  record => 'r.booking_id', personal => '{comment}');
INSERT INTO scip.kind_address VALUES ('training_comment', '/v1/training/comments/'), ('training_figures', '/v1/training/');

-- The id of a course that a body names; SC422 when there is none.
CREATE FUNCTION scip.course_of(slug text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  found_id bigint;
BEGIN
  SELECT c.id INTO found_id FROM scip.course c WHERE c.slug = course_of.slug;
  IF found_id IS NULL THEN
    RAISE 'no such course' USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-course';
  END IF;
  RETURN found_id;
END $$;

-- Everybody may know how many places are taken, and where a booking stands in the order of those that wait.
CREATE FUNCTION scip.places(session uuid, OUT confirmed int, OUT waiting int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT count(*) FILTER (WHERE b.status = 'confirmed')::int, count(*) FILTER (WHERE b.status = 'waiting')::int
  FROM booking b WHERE b.session_id = session;
$$;
CREATE FUNCTION scip.waiting_position(session uuid, place bigint) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT count(*)::int FROM booking b WHERE b.session_id = session AND b.status = 'waiting' AND b.place <= waiting_position.place;
$$;

-- draft, then published, then held or cancelled: naming the status is the attempt; held by mistake, it is published again as a
-- correction, while nobody has judged it. The row is locked by now, so what is counted here stays.
CREATE FUNCTION scip.guard_training_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  day date := (NEW.starts_at AT TIME ZONE 'Europe/London')::date;
  confirmed int;
  attended int;
BEGIN
  SELECT count(*), count(b.attended) INTO confirmed, attended
  FROM booking b WHERE b.session_id = NEW.id AND b.status = 'confirmed';
  IF OLD.status = 'cancelled' THEN
    RAISE 'cancelled' USING ERRCODE = 'SC409', CONSTRAINT = 'session-cancelled';
  ELSIF NEW.capacity < confirmed THEN
    RAISE 'more are confirmed' USING ERRCODE = 'SC409', CONSTRAINT = 'session-capacity';
  ELSIF NEW.status = 'cancelled' AND attended > 0 THEN
    RAISE 'it was attended' USING ERRCODE = 'SC409', CONSTRAINT = 'session-attended';
  ELSIF (NEW.status = 'held' OR attended > 0) AND day > today() THEN
    RAISE 'not before its day' USING ERRCODE = 'SC409', CONSTRAINT = 'session-to-come';
  END IF;
  -- RFC 5545, 3.8.7.4
  IF OLD.status <> 'draft' AND (OLD.starts_at, OLD.ends_at, OLD.venue, OLD.online, OLD.status)
     IS DISTINCT FROM (NEW.starts_at, NEW.ends_at, NEW.venue, NEW.online, NEW.status) THEN
    NEW.sequence := OLD.sequence + 1;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_session BEFORE UPDATE ON scip.training_session
  FOR EACH ROW EXECUTE FUNCTION scip.guard_training_session();

CREATE FUNCTION scip.guard_session_status() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status <> 'draft' THEN
      RAISE 'not a draft' USING ERRCODE = 'SC409', CONSTRAINT = 'session-not-draft';
    END IF;
    RETURN OLD;
  ELSIF OLD.status = 'held' AND NEW.status = 'published' AND scip.is_corrected('/v1/training/sessions/' || OLD.id) THEN
    IF EXISTS (SELECT FROM scip.booking b WHERE b.session_id = OLD.id
               AND (b.certificate IS NOT NULL OR EXISTS (SELECT FROM scip.feedback f WHERE f.booking_id = b.id))) THEN
      RAISE 'certificates were issued or feedback given' USING ERRCODE = 'SC409', CONSTRAINT = 'session-has-outcomes';
    END IF;
  ELSIF OLD.status || ' ' || NEW.status NOT IN ('draft published', 'published cancelled', 'published held') THEN
    RAISE '% cannot follow %', NEW.status, OLD.status USING ERRCODE = 'SC409', CONSTRAINT =
      CASE WHEN NEW.status <> 'published' THEN 'session-not-published' WHEN scip.is_corrected('/v1/training/sessions/' || OLD.id) THEN 'session-not-held'
           ELSE 'session-not-draft' END;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_delete BEFORE DELETE ON scip.training_session FOR EACH ROW EXECUTE FUNCTION scip.guard_session_status();
CREATE TRIGGER guard_status BEFORE UPDATE OF status ON scip.training_session FOR EACH ROW EXECUTE FUNCTION scip.guard_session_status();

-- Free places go to those who wait, in their order. The caller has locked the session.
CREATE FUNCTION scip.promote(session uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  UPDATE booking SET status = 'confirmed' WHERE id IN (
    SELECT b.id FROM booking b WHERE b.session_id = promote.session AND b.status = 'waiting' ORDER BY b.place
    LIMIT coalesce((SELECT greatest(s.capacity - (SELECT count(*) FROM booking c WHERE c.session_id = s.id AND c.status = 'confirmed'), 0)
                    FROM training_session s
                    WHERE s.id = promote.session AND s.status = 'published' AND s.starts_at > now()), 0)); -- none is given of what has begun
$$;

-- More places, or no session: what that means for its bookings.
CREATE FUNCTION scip.settle_bookings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF NEW.status = 'cancelled' THEN
    UPDATE booking SET status = 'cancelled' WHERE session_id = NEW.id AND status <> 'cancelled';
    DELETE FROM booking_need n USING booking b WHERE b.id = n.booking_id AND b.session_id = NEW.id;
  ELSE
    PERFORM promote(NEW.id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER settle_bookings AFTER UPDATE OF capacity, status, starts_at ON scip.training_session FOR EACH ROW
  WHEN (OLD.capacity < NEW.capacity OR OLD.status <> NEW.status OR OLD.starts_at <> NEW.starts_at) EXECUTE FUNCTION scip.settle_bookings();

-- Whatever the way: never more confirmed than there are places.
CREATE FUNCTION scip.refuse_overbooking() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  places int;
BEGIN
  SELECT s.capacity INTO places FROM training_session s WHERE s.id = NEW.session_id FOR NO KEY UPDATE;
  IF (SELECT count(*) FROM booking b WHERE b.session_id = NEW.session_id AND b.status = 'confirmed') > places THEN
    RAISE 'no place is free' USING ERRCODE = 'SC409', CONSTRAINT = 'session-full';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER refuse_overbooking AFTER INSERT OR UPDATE OF status, session_id ON scip.booking FOR EACH ROW
  WHEN (NEW.status = 'confirmed') EXECUTE FUNCTION scip.refuse_overbooking();

-- The free places of a session are public, and so are the figures: that they have changed is, too.
CREATE FUNCTION scip.note_training() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  INSERT INTO change (kind, key, op, audience)
  VALUES (TG_ARGV[0], CASE TG_ARGV[0] WHEN 'training_session' THEN to_jsonb(NEW) ->> 'session_id' ELSE 'figures' END, 'changed', '{public}')
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER note_booked AFTER INSERT ON scip.booking FOR EACH ROW EXECUTE FUNCTION scip.note_training('training_session');
CREATE TRIGGER note_places AFTER UPDATE ON scip.booking FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION scip.note_training('training_session');
CREATE TRIGGER note_attended AFTER UPDATE ON scip.booking FOR EACH ROW WHEN (OLD.attended IS DISTINCT FROM NEW.attended)
  EXECUTE FUNCTION scip.note_training('training_figures');
CREATE TRIGGER note_feedback AFTER INSERT ON scip.feedback FOR EACH ROW EXECUTE FUNCTION scip.note_training('training_figures');
CREATE TRIGGER note_held AFTER UPDATE ON scip.training_session FOR EACH ROW WHEN (OLD.status <> NEW.status AND 'held' IN (OLD.status, NEW.status))
  EXECUTE FUNCTION scip.note_training('training_figures');

-- What it says is fixed once it is over; a cancelled booking stays as it was.
CREATE FUNCTION scip.guard_booking() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE 'cancelled' USING ERRCODE = 'SC409', CONSTRAINT = 'booking-cancelled';
END $$;
CREATE TRIGGER guard_booking BEFORE UPDATE OF organisation_id, organisation_name, sector ON scip.booking
  FOR EACH ROW WHEN (OLD.status = 'cancelled') EXECUTE FUNCTION scip.guard_booking();

-- The needs of a booking; NULLs where there are none or they are not the caller's to read. That they were read is noted.
CREATE FUNCTION scip.needs_of(booking uuid, OUT dietary text, OUT access text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF ctx.handles_booking(booking) THEN
    SELECT n.dietary, n.access INTO needs_of.dietary, needs_of.access FROM booking_need n WHERE n.booking_id = needs_of.booking;
    IF FOUND THEN
      PERFORM note_read(b.person_id) FROM booking b WHERE b.id = needs_of.booking;
    END IF;
  END IF;
END $$;
-- Takes the needs that the body names, and with `whole` nothing of what was there before. False: no such booking.
CREATE FUNCTION scip.set_needs(of_booking uuid, body jsonb, whole boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  held record;
  needs booking_need;
BEGIN
  IF NOT ctx.handles_booking(of_booking) THEN
    RETURN false;
  ELSIF NOT body ?| '{dietary,access}' THEN
    RETURN true;
  END IF;
  SELECT b.status, s.day INTO held FROM booking b JOIN training_session s ON s.id = b.session_id
  WHERE b.id = of_booking FOR NO KEY UPDATE OF b;
  IF held.status = 'cancelled' THEN
    RAISE 'cancelled' USING ERRCODE = 'SC409', CONSTRAINT = 'booking-cancelled';
  ELSIF held.day < today() THEN
    RAISE 'nothing is needed any more' USING ERRCODE = 'SC409', CONSTRAINT = 'session-over';
  END IF;
  SELECT * INTO needs FROM booking_need n WHERE n.booking_id = of_booking;
  needs.booking_id := of_booking;
  IF whole OR body ? 'dietary' THEN
    needs.dietary := nullif(btrim(body ->> 'dietary'), '');
  END IF;
  IF whole OR body ? 'access' THEN
    needs.access := nullif(btrim(body ->> 'access'), '');
  END IF;
  IF num_nonnulls(needs.dietary, needs.access) = 0 THEN
    DELETE FROM booking_need n WHERE n.booking_id = of_booking;
  ELSE
    INSERT INTO booking_need VALUES (needs.*)
    ON CONFLICT (booking_id) DO UPDATE SET dietary = EXCLUDED.dietary, access = EXCLUDED.access;
  END IF;
  RETURN true;
END $$;

-- A place for somebody: confirmed while there is one, else waiting. False: no such session. Whoever has this address
-- is the same person, whatever the letters' case; the lock keeps two requests from adding the person twice, and shares
-- with others that add nobody of this address (lock_people() waits for all).
CREATE FUNCTION scip.book(session uuid, booking uuid, body jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  s training_session;
  staff boolean;
  given_name text := plain(body ->> 'name');
  given_email text := body ->> 'email';
  who record;
  taken int;
BEGIN
  SELECT t.* INTO s FROM training_session t WHERE t.id = book.session FOR NO KEY UPDATE;
  staff := ctx.writes(s.hub_id, NULL);
  IF s.id IS NULL OR s.status = 'draft' AND NOT staff THEN
    RETURN false;
  ELSIF NOT (staff OR 'website' = ANY (ctx.roles())) THEN
    RAISE 'not theirs to do' USING ERRCODE = 'SC403', CONSTRAINT = 'only-staff-of-the-session';
  ELSIF s.status <> 'published' THEN
    RAISE 'not published' USING ERRCODE = 'SC409', CONSTRAINT = 'session-not-published';
  ELSIF s.starts_at <= now() AND NOT staff THEN -- staff may write down who came
    RAISE 'it has begun' USING ERRCODE = 'SC409', CONSTRAINT = 'session-begun';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('scip.person', 0)),
          pg_advisory_xact_lock(hashtextextended('scip.person ' || lower(given_email), 0));
  SELECT p.id INTO who FROM person p
  WHERE lower(p.email) = lower(given_email)
  ORDER BY fold(p.name) = fold(given_name) DESC, p.created_at, p.id LIMIT 1;
  IF who.id IS NULL THEN
    -- nobody's to see as who added them: that would tell that the address was not known
    INSERT INTO person (name, email, added_by) VALUES (given_name, given_email, NULL) RETURNING id INTO who;
  ELSIF EXISTS (SELECT FROM booking b WHERE b.session_id = s.id AND b.person_id = who.id AND b.status <> 'cancelled') THEN
    RAISE 'there is one' USING ERRCODE = 'SC409', CONSTRAINT = 'booking-exists';
  END IF;
  SELECT count(*) FILTER (WHERE b.status = 'confirmed') + CASE WHEN bool_or(b.status = 'waiting') AND s.starts_at > now() THEN s.capacity ELSE 0 END
  INTO taken FROM booking b WHERE b.session_id = s.id; -- who waits is before
  IF taken >= s.capacity AND s.starts_at <= now() THEN -- nobody is told later that a place was free
    RAISE 'no place is free' USING ERRCODE = 'SC409', CONSTRAINT = 'session-full';
  END IF;
  INSERT INTO booking (id, session_id, person_id, account_id, organisation_id, organisation_name, sector, status)
  VALUES (book.booking, s.id, who.id, ctx.account(), reference('organisation', body ->> 'organisation'), body ->> 'organisation_name',
          body ->> 'sector', CASE WHEN taken < s.capacity THEN 'confirmed' ELSE 'waiting' END);
  INSERT INTO booking_contact VALUES (book.booking, given_name, given_email);
  PERFORM set_needs(book.booking, body, true);
  RETURN true;
END $$;

-- Gives the place back, to the next who waits. False: no such booking.
CREATE FUNCTION scip.cancel_booking(booking uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  s training_session;
  b booking;
BEGIN
  IF NOT ctx.handles_booking(cancel_booking.booking) THEN
    RETURN false;
  END IF;
  SELECT t.* INTO s FROM training_session t
  WHERE t.id = (SELECT o.session_id FROM booking o WHERE o.id = cancel_booking.booking) FOR NO KEY UPDATE;
  SELECT o.* INTO b FROM booking o WHERE o.id = cancel_booking.booking FOR NO KEY UPDATE;
  IF b.status = 'cancelled' THEN
    RAISE 'cancelled' USING ERRCODE = 'SC409', CONSTRAINT = 'booking-cancelled';
  ELSIF b.attended IS NOT NULL THEN
    RAISE 'its attendance is recorded' USING ERRCODE = 'SC409', CONSTRAINT = 'booking-attended';
  ELSIF s.status <> 'published' THEN
    RAISE 'over' USING ERRCODE = 'SC409', CONSTRAINT = 'session-not-published';
  END IF;
  UPDATE booking o SET status = 'cancelled' WHERE o.id = b.id;
  DELETE FROM booking_need n WHERE n.booking_id = b.id;
  PERFORM promote(s.id);
  RETURN true;
END $$;

-- Who came: [{"booking": …, "attended": true, false or null}]. False: no session of the caller's.
CREATE FUNCTION scip.mark_attendance(session uuid, marks jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  s training_session;
  wrong text;
BEGIN
  IF NOT ctx.handles_session(mark_attendance.session) THEN
    RETURN false;
  END IF;
  SELECT t.* INTO s FROM training_session t WHERE t.id = mark_attendance.session FOR NO KEY UPDATE;
  IF s.status NOT IN ('published', 'held') THEN
    RAISE 'not published' USING ERRCODE = 'SC409', CONSTRAINT = 'session-not-published';
  ELSIF s.day > today() THEN
    RAISE 'not before its day' USING ERRCODE = 'SC409', CONSTRAINT = 'session-to-come';
  ELSIF (SELECT count(*) > count(DISTINCT m.booking) FROM jsonb_to_recordset(marks) m (booking uuid)) THEN
    RAISE 'named twice' USING ERRCODE = 'SC422', CONSTRAINT = 'booking-twice';
  END IF;
  SELECT CASE WHEN bool_or(b.id IS NULL) THEN 'no-such-booking' WHEN bool_or(b.status <> 'confirmed') THEN 'booking-not-confirmed'
              WHEN bool_or(b.certificate IS NOT NULL AND m.attended IS NOT TRUE) THEN 'certificate-issued'
              WHEN bool_or(m.attended IS NOT TRUE AND EXISTS (SELECT FROM feedback f WHERE f.booking_id = b.id)) THEN 'feedback-given' END
  INTO wrong
  FROM jsonb_to_recordset(marks) m (booking uuid, attended boolean) LEFT JOIN booking b ON b.id = m.booking AND b.session_id = s.id;
  IF wrong IS NOT NULL THEN
    RAISE '%', wrong USING ERRCODE = CASE wrong WHEN 'no-such-booking' THEN 'SC422' ELSE 'SC409' END, CONSTRAINT = wrong;
  END IF;
  UPDATE booking b SET attended = m.attended, feedback_sha256 = CASE WHEN m.attended THEN b.feedback_sha256 END
  FROM jsonb_to_recordset(marks) m (booking uuid, attended boolean)
  WHERE b.id = m.booking AND b.attended IS DISTINCT FROM m.attended;
  RETURN true;
END $$;

-- An attended booking, locked, that the caller may see to; NULL: no such booking.
CREATE FUNCTION scip.attended_booking(booking uuid) RETURNS scip.booking
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  b booking;
BEGIN
  IF ctx.handles_booking(attended_booking.booking) THEN
    SELECT o.* INTO b FROM booking o WHERE o.id = attended_booking.booking FOR NO KEY UPDATE;
    IF b.attended IS NOT TRUE THEN
      RAISE 'not attended' USING ERRCODE = 'SC409', CONSTRAINT = 'booking-not-attended';
    END IF;
  END IF;
  RETURN b;
END $$;

-- The token by which feedback is given, kept as its hash; the one before it is no longer good. False: no such booking.
CREATE FUNCTION scip.link_feedback(booking uuid, token text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  b booking := attended_booking(link_feedback.booking);
BEGIN
  IF EXISTS (SELECT FROM feedback f WHERE f.booking_id = b.id) THEN
    RAISE 'given' USING ERRCODE = 'SC409', CONSTRAINT = 'feedback-given';
  END IF;
  UPDATE booking o SET feedback_sha256 = sha256(convert_to(token, 'UTF8')) WHERE o.id = b.id;
  RETURN FOUND;
END $$;

-- Who has the token says it, once, through the website or the central team. No row: no such token.
CREATE FUNCTION scip.give_feedback(body jsonb) RETURNS SETOF scip.feedback
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  b booking;
  principles jsonb := coalesce(body -> 'principles', '{}');
BEGIN
  IF NOT (ctx.central() OR 'website' = ANY (ctx.roles())) THEN
    RAISE 'not theirs to do' USING ERRCODE = 'SC403', CONSTRAINT = 'only-the-website';
  END IF;
  SELECT o.* INTO b FROM booking o WHERE o.feedback_sha256 = sha256(convert_to(body ->> 'token', 'UTF8')) FOR NO KEY UPDATE;
  IF b.id IS NULL THEN
    RETURN;
  ELSIF EXISTS (SELECT FROM feedback f WHERE f.booking_id = b.id) THEN
    RAISE 'given' USING ERRCODE = 'SC409', CONSTRAINT = 'feedback-given';
  ELSIF EXISTS (SELECT FROM jsonb_object_keys(principles) k WHERE k NOT IN (SELECT p.slug FROM toolkit_principle p)) THEN
    RAISE 'no such principle' USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-principle';
  END IF;
  RETURN QUERY INSERT INTO feedback (booking_id, session_id, rating, principles, comment)
    VALUES (b.id, b.session_id, (body ->> 'rating')::int, principles, nullif(btrim(body ->> 'comment'), '')) RETURNING *;
END $$;

-- 80 random bits in the letters of Crockford's base 32, which has no I, L, O or U. Whoever types them may.
CREATE FUNCTION scip.new_code() RETURNS text
LANGUAGE sql VOLATILE AS $$
  SELECT string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + (get_byte(bytes, i) & 31), 1)
                    || CASE WHEN i IN (3, 7, 11) THEN '-' ELSE '' END, '' ORDER BY i)
  FROM sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) bytes, generate_series(0, 15) i;
$$;
CREATE FUNCTION scip.read_code(code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN rtrim(regexp_replace(translate(upper(regexp_replace(code, '[\s-]', '', 'g')), 'ILO', '110'), '(.{4})', '\1-', 'g'), '-');

-- The certificate of an attended booking, the same one each time; NULL: no such booking.
CREATE FUNCTION scip.certify(booking uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  b booking := attended_booking(certify.booking);
BEGIN
  IF b.id IS NOT NULL AND b.certificate IS NULL THEN
    UPDATE booking o SET certificate = new_code() WHERE o.id = b.id RETURNING o.certificate INTO b.certificate;
  END IF;
  RETURN b.certificate;
END $$;
-- What anybody learns by its code.
CREATE FUNCTION scip.certificate(INOUT code text, OUT course json, OUT held_on date) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT b.certificate, json_build_object('slug', c.slug, 'name', c.name, 'href', '/v1/training/courses/' || c.slug), s.day
  FROM booking b JOIN training_session s ON s.id = b.session_id JOIN course c ON c.id = s.course_id
  WHERE b.certificate = read_code(certificate.code);
$$;

-- Where a period begins and ends: an academic year, or of a strategy the academic years that lie within it. No row:
-- neither.
CREATE FUNCTION scip.training_period(period text, OUT name text, OUT strategy bigint, OUT starts date, OUT ends date) RETURNS SETOF record
LANGUAGE sql STABLE AS $$
  SELECT year, NULL::bigint, scip.year_start(year), (scip.year_start(year) + interval '1 year - 1 day')::date
  FROM (SELECT regexp_replace(period, '^([0-9]{4})[-/]?([0-9]{2})$', '\1-\2') AS year) y
  WHERE scip.is_academic_year(year)
  UNION ALL
  SELECT s.slug, s.id, min(year)::date, (max(year) + interval '1 year - 1 day')::date
  FROM scip.strategy s, generate_series(make_date(extract(year FROM scip.earliest(s.starts))::int, 9, 1)::timestamp,
                                        scip.latest(s.ends)::timestamp, interval '1 year') year
  WHERE s.slug = period AND year >= scip.earliest(s.starts) AND year + interval '1 year - 1 day' <= scip.latest(s.ends)
  GROUP BY s.id;
$$;

-- The one place where ratings become public: of fewer than 5 nothing is said. What is published makes a tree (strategy,
-- its academic years, a year's courses), so a hidden figure could be found as the difference of others only below the
-- same parent: where those hidden there come to fewer than 5 together, the smallest other one is hidden as well, and of
-- a hidden year no course is shown.
CREATE FUNCTION scip.training_ratings(OUT strategy bigint, OUT year text, OUT course bigint, OUT rated int, OUT high int, OUT shown boolean)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  WITH leaves AS (
    SELECT academic_year(s.day) AS year, s.course_id AS course, count(f.rating)::int AS rated, count(*) FILTER (WHERE f.rating >= 4)::int AS high
    FROM feedback f JOIN training_session s ON s.id = f.session_id GROUP BY 1, 2
  ), years AS (
    SELECT l.year, sum(l.rated)::int AS rated, sum(l.high)::int AS high FROM leaves l GROUP BY 1
  ), strategies AS (
    SELECT s.id AS strategy, y.* FROM strategy s, training_period(s.slug) p, years y
    WHERE p.strategy = s.id AND year_start(y.year) BETWEEN p.starts AND p.ends
  ), siblings AS (
    SELECT t.strategy, t.year, t.rated, sum(t.rated) FILTER (WHERE t.rated < 5) OVER (PARTITION BY t.strategy) AS few,
           row_number() OVER (PARTITION BY t.strategy, t.rated < 5 ORDER BY t.rated, t.year) AS rank
    FROM strategies t
  ), shown_years AS (
    SELECT y.*, y.rated >= 5 AND NOT EXISTS (SELECT FROM siblings b WHERE b.year = y.year AND b.few BETWEEN 1 AND 4 AND b.rank = 1 AND b.rated >= 5) AS shown
    FROM years y
  ), courses AS (
    SELECT l.*, sum(l.rated) FILTER (WHERE l.rated < 5) OVER (PARTITION BY l.year) AS few,
           row_number() OVER (PARTITION BY l.year, l.rated < 5 ORDER BY l.rated, l.course) AS rank
    FROM leaves l
  )
  SELECT t.strategy, NULL::text, NULL::bigint, sum(t.rated)::int, sum(t.high)::int, sum(t.rated) >= 5 FROM strategies t GROUP BY 1
  UNION ALL
  SELECT NULL, y.year, NULL::bigint, y.rated, y.high, y.shown FROM shown_years y
  UNION ALL
  SELECT NULL, c.year, c.course, c.rated, c.high, y.shown AND c.rated >= 5 AND NOT (coalesce(c.few, 0) BETWEEN 1 AND 4 AND c.rank = 1)
  FROM courses c JOIN shown_years y USING (year);
$$;

-- A share with its parts; NULL parts: not to be told.
CREATE FUNCTION scip.share(numerator int, denominator int, status text DEFAULT NULL) RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN status IS NOT NULL THEN json_build_object('status', status, 'numerator', NULL, 'denominator', NULL, 'share', NULL)
  ELSE json_build_object('status', CASE numerator WHEN 0 THEN 'zero' ELSE 'value' END, 'numerator', numerator, 'denominator', denominator,
                         'share', round(numerator::numeric / nullif(denominator, 0), 4)) END;

-- The public figures of a period, of one course or all. No row: no such period or course.
CREATE FUNCTION scip.training_figures(INOUT period text, INOUT course text, OUT "from" date, OUT "to" date, OUT sessions_held int,
  OUT delegates int, OUT responses int, OUT response_rate json, OUT rating_high json) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT p.name, c.slug, p.starts, p.ends, n.held, n.delegates, n.responses,
         CASE n.delegates WHEN 0 THEN share(NULL, NULL, 'not_applicable') ELSE share(n.responses, n.delegates) END,
         CASE WHEN c.id IS NOT NULL AND p.strategy IS NOT NULL THEN share(NULL, NULL, 'not_available') -- not in the tree
              WHEN coalesce(r.rated, 0) = 0 THEN share(NULL, NULL, CASE n.delegates WHEN 0 THEN 'not_applicable' ELSE 'not_available' END)
              WHEN NOT r.shown THEN share(NULL, NULL, 'suppressed')
              ELSE share(r.high, r.rated) END
  FROM training_period(coalesce(training_figures.period, academic_year(today()))) p
  LEFT JOIN course c ON c.slug = training_figures.course
  CROSS JOIN LATERAL (
    SELECT count(DISTINCT s.id) FILTER (WHERE s.status = 'held')::int AS held, count(b.id)::int AS delegates, count(f.id)::int AS responses
    FROM training_session s
    LEFT JOIN booking b ON b.session_id = s.id AND b.attended
    LEFT JOIN feedback f ON f.booking_id = b.id
    WHERE s.status IN ('published', 'held') AND s.day BETWEEN p.starts AND p.ends AND (c.id IS NULL OR s.course_id = c.id)) n
  LEFT JOIN LATERAL (
    SELECT * FROM training_ratings() t
    WHERE t.strategy IS NOT DISTINCT FROM p.strategy AND t.year IS NOT DISTINCT FROM CASE WHEN p.strategy IS NULL THEN p.name END
      AND t.course IS NOT DISTINCT FROM c.id) r ON true
  WHERE training_figures.course IS NULL OR c.id IS NOT NULL;
$$;

-- Who comes, as the booking says it. Its booker is shown what it typed, whether the address was known or not; the
-- session's staff that and whose record it is; the delegate all. A dry run, which would undo the note, reads nothing.
CREATE FUNCTION scip.delegate_of(booking uuid, OUT person uuid, OUT name text, OUT email text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  b record;
BEGIN
  SELECT o.person_id, p.restricted, o.account_id = ctx.account() AND NOT c.hidden AS own, ctx.central() OR o.person_id = ctx.person() AS all_of_it,
         ctx.writes(s.hub_id, NULL) AS staff, c.booking_id IS NOT NULL AS typed, c.name AS typed_name, c.email AS typed_email, p.name, p.email
  INTO b
  FROM booking o JOIN training_session s ON s.id = o.session_id JOIN person p ON p.id = o.person_id
  LEFT JOIN booking_contact c ON c.booking_id = o.id WHERE o.id = delegate_of.booking;
  IF b.all_of_it OR b.staff THEN
    person := b.person_id;
  END IF;
  IF NOT ctx.dry_run() AND (b.all_of_it OR b.staff AND NOT b.restricted OR b.own) THEN
    name := CASE WHEN b.typed THEN b.typed_name WHEN b.all_of_it OR b.staff THEN b.name END;
    email := CASE WHEN b.typed THEN b.typed_email WHEN b.all_of_it OR b.staff THEN b.email END;
    IF name IS NOT NULL THEN
      PERFORM note_read(b.person_id);
    END IF;
  END IF;
END $$;

-- What a person is called now is so in the bookings, too: where the old name was typed no copy of it is left. An address
-- that is no longer theirs stands nowhere. A restriction hides what was typed before it; later it would tell of itself.
CREATE FUNCTION scip.correct_bookings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF (OLD.name, OLD.email) IS DISTINCT FROM (NEW.name, NEW.email) THEN
    DELETE FROM booking_contact c USING booking b WHERE b.id = c.booking_id AND b.person_id = NEW.id AND fold(c.name) = fold(OLD.name);
  END IF;
  IF OLD.email IS DISTINCT FROM NEW.email THEN
    UPDATE booking_contact c SET email = NULL FROM booking b WHERE b.id = c.booking_id AND b.person_id = NEW.id AND c.email IS NOT NULL;
  END IF;
  IF OLD.restricted <> NEW.restricted THEN
    UPDATE booking_contact c SET hidden = NEW.restricted FROM booking b WHERE b.id = c.booking_id AND b.person_id = NEW.id AND c.hidden <> NEW.restricted;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER correct_bookings AFTER UPDATE OF name, email, restricted ON scip.person FOR EACH ROW
  WHEN (NEW.erased_at IS NULL) EXECUTE FUNCTION scip.correct_bookings();

-- With a person's name go the needs, the words and what was typed, also from the answers that were kept; what was counted
-- stays.
CREATE FUNCTION scip.erase_from_training() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  DELETE FROM booking_need n USING booking b WHERE b.id = n.booking_id AND b.person_id = NEW.id;
  DELETE FROM booking_contact c USING booking b WHERE b.id = c.booking_id AND b.person_id = NEW.id;
  UPDATE idempotency i SET status = 410, hash = '', location = NULL, etag = NULL, content_type = NULL, body = NULL
  WHERE EXISTS (SELECT FROM booking b WHERE b.person_id = NEW.id AND strpos(i.body, b.id::text) > 0);
  UPDATE feedback f SET comment = NULL, comment_cleared = false
  FROM booking b WHERE b.id = f.booking_id AND b.person_id = NEW.id AND f.comment IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER erase_from_training AFTER UPDATE OF erased_at ON scip.person FOR EACH ROW
  WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION scip.erase_from_training();

-- Retention is what functions called retain_<kind> remove; each gives the number. A later change adds its own, or
-- replaces one.
CREATE FUNCTION scip.retain_idempotency() RETURNS int
LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM scip.idempotency WHERE created_at < now() - CASE status WHEN 410 THEN interval '2 years' ELSE '24 hours' END RETURNING 1) SELECT count(*)::int FROM gone;
$$;
CREATE FUNCTION scip.retain_spent_token() RETURNS int
LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM scip.spent_token WHERE expires_at < now() - interval '5 minutes' RETURNING 1) SELECT count(*)::int FROM gone;
$$;
CREATE FUNCTION scip.retain_personal_read() RETURNS int
LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM scip.personal_read WHERE at < now() - interval '2 years' RETURNING 1) SELECT count(*)::int FROM gone;
$$;
CREATE FUNCTION scip.retain_change() RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  removed int;
  cut xid8;
BEGIN
  WITH gone AS (DELETE FROM scip.change WHERE at < now() - interval '400 days' RETURNING xid)
  SELECT count(*), max(xid::text::numeric)::text::xid8 INTO removed, cut FROM gone;
  IF cut IS NOT NULL THEN
    INSERT INTO scip.change_cut (xid) VALUES (cut)
    ON CONFLICT (one) DO UPDATE SET xid = EXCLUDED.xid WHERE EXCLUDED.xid > change_cut.xid;
  END IF;
  RETURN removed;
END $$;
CREATE FUNCTION scip.retain_person() RETURNS int
LANGUAGE sql AS $$
  SELECT count(scip.erase(p.id, now()))::int FROM scip.person p
  WHERE p.erased_at IS NULL AND p.created_at < now() - interval '2 years'
    AND NOT EXISTS (SELECT FROM scip.hub_membership m WHERE m.person_id = p.id
                    AND (m.ends IS NULL OR m.ends > scip.today() - interval '2 years'))
    AND NOT EXISTS (SELECT FROM scip.group_seat s WHERE s.person_id = p.id
                    AND (s.ends IS NULL OR s.ends > scip.today() - interval '2 years'))
    AND NOT EXISTS (SELECT FROM scip.account a WHERE a.person_id = p.id
                    AND (a.active OR a.updated_at > now() - interval '2 years'))
    AND NOT EXISTS (SELECT FROM scip.booking b JOIN scip.training_session s ON s.id = b.session_id
                    WHERE b.person_id = p.id AND s.day > scip.today() - interval '2 years');
$$;
CREATE FUNCTION scip.retain_booking_need() RETURNS int
LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM scip.booking_need n USING scip.booking b, scip.training_session s
                WHERE b.id = n.booking_id AND s.id = b.session_id AND s.day + 30 <= scip.today() RETURNING 1)
  SELECT count(*)::int FROM gone;
$$;
CREATE FUNCTION scip.retain_feedback_comment() RETURNS int
LANGUAGE sql AS $$
  WITH gone AS (UPDATE scip.feedback SET comment = NULL, comment_cleared = false
                WHERE comment IS NOT NULL AND given_at < now() - interval '2 years' RETURNING 1)
  SELECT count(*)::int FROM gone;
$$;
CREATE OR REPLACE FUNCTION scip.retain(OUT kind text, OUT removed int) RETURNS SETOF record
LANGUAGE plpgsql AS $$
DECLARE
  step text;
BEGIN
  FOR step IN SELECT p.proname FROM pg_proc p
    WHERE p.pronamespace = 'scip'::regnamespace AND p.proname ~ '^retain_' AND p.pronargs = 0 ORDER BY 1 LOOP
    EXECUTE format('SELECT scip.%I()', step) INTO removed;
    kind := substr(step, 8);
    RETURN NEXT;
  END LOOP;
END $$;
COMMENT ON COLUMN scip.person.name IS 'personal: purpose=to know who takes part in a Hub, a group or a training; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=two years after the last membership, seat, account or training';
COMMENT ON COLUMN scip.person.email IS 'personal: purpose=to invite to meetings and training; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=two years after the last membership, seat, account or training';

-- UK GDPR Art. 15: the bookings as well.
CREATE FUNCTION scip.bookings_about(person uuid) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'course', c.slug, 'day', s.day, 'organisation', o.slug, 'organisation_name', b.organisation_name,
      'sector', b.sector, 'name', t.name, 'email', t.email, 'status', b.status, 'attended', b.attended, 'certificate', b.certificate, 'dietary', n.dietary, 'access', n.access,
      'rating', f.rating, 'principles', f.principles, 'comment', f.comment, 'account', b.account_id) ORDER BY s.starts_at, b.id), '[]')
  FROM scip.booking b JOIN scip.training_session s ON s.id = b.session_id JOIN scip.course c ON c.id = s.course_id
  LEFT JOIN scip.organisation o ON o.id = b.organisation_id LEFT JOIN scip.booking_need n ON n.booking_id = b.id
  LEFT JOIN scip.booking_contact t ON t.booking_id = b.id LEFT JOIN scip.feedback f ON f.booking_id = b.id
  WHERE b.person_id = person AND EXISTS (SELECT FROM scip.person p WHERE p.id = b.person_id AND p.erased_at IS NULL);
$$;
ALTER FUNCTION scip.held_about RENAME TO held_before_training;
REVOKE EXECUTE ON FUNCTION scip.held_before_training FROM scip_writer;
CREATE FUNCTION scip.held_about(person uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  RETURN held_before_training(person) || jsonb_build_object('bookings', bookings_about(person));
END $$;

-- How it is shown. The names of delegates are not in the view: the function that gives them out writes.
CREATE VIEW scip.courses WITH (security_invoker) AS
SELECT c.slug::text, c.name::text, c.name_cy::text, c.summary, c.summary_cy, array_to_json(c.sources) AS sources, c.confidence::text,
       '/v1/training/courses/' || c.slug AS href, c.version AS _version, c.name_sort AS _sort
FROM scip.course c;

CREATE VIEW scip.training_sessions WITH (security_invoker) AS
SELECT s.id, json_build_object('slug', c.slug, 'name', c.name, 'href', '/v1/training/courses/' || c.slug) AS course,
       CASE WHEN h.id IS NOT NULL THEN json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) END AS hub,
       s.starts_at, s.ends_at, s.day, s.venue, s.online, s.accessibility, s.status, s.capacity, p.confirmed, p.waiting,
       CASE s.status WHEN 'published' THEN greatest(s.capacity - p.confirmed, 0) ELSE 0 END AS places_left,
       s.created_at, s.updated_at, '/v1/training/sessions/' || s.id AS href, s.version AS _version, c.slug AS _course, h.slug AS _hub,
       s.id || '@training.scip-alliance' AS _ical_uid, s.updated_at AS _ical_dtstamp,
       CASE WHEN NOT scip.is_ambiguous(s.starts_at) THEN s.starts_at AT TIME ZONE 'Europe/London' END AS _ical_dtstart_at,
       CASE WHEN scip.is_ambiguous(s.starts_at) THEN s.starts_at END AS _ical_dtstart_utc,
       CASE WHEN NOT scip.is_ambiguous(s.starts_at) AND NOT scip.is_ambiguous(s.ends_at) THEN s.ends_at AT TIME ZONE 'Europe/London' END AS _ical_dtend_at,
       CASE WHEN scip.is_ambiguous(s.starts_at) THEN s.ends_at END AS _ical_dtend_utc,
       CASE WHEN scip.is_ambiguous(s.ends_at) AND NOT scip.is_ambiguous(s.starts_at)
            THEN 'PT' || extract(epoch FROM s.ends_at - s.starts_at)::bigint || 'S' END AS _ical_duration,
       c.name AS _ical_summary, nullif(concat_ws(', ', s.venue, CASE WHEN s.online THEN 'Online' END), '') AS _ical_location, c.summary AS _ical_description,
       CASE s.status WHEN 'cancelled' THEN 'CANCELLED' WHEN 'draft' THEN 'TENTATIVE' ELSE 'CONFIRMED' END AS _ical_status,
       s.sequence AS _ical_sequence
FROM scip.training_session s
JOIN scip.course c ON c.id = s.course_id
LEFT JOIN scip.hub h ON h.id = s.hub_id
CROSS JOIN LATERAL scip.places(s.id) p;

CREATE VIEW scip.bookings WITH (security_invoker) AS
SELECT b.id, json_build_object('id', s.id, 'course', c.slug, 'name', c.name, 'starts_at', to_char(s.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                               'href', '/v1/training/sessions/' || s.id) AS session,
       CASE WHEN o.id IS NOT NULL THEN json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug) END AS organisation,
       b.organisation_name::text, b.sector::text, b.status,
       CASE b.status WHEN 'waiting' THEN scip.waiting_position(b.session_id, b.place) END AS position,
       b.attended, b.certificate,
       json_build_object('needs', '/v1/bookings/' || b.id || '/needs', 'cancellation', '/v1/bookings/' || b.id || '/cancellation',
         'calendar', '/v1/training/sessions/' || s.id || '?format=ics',
         'feedback_link', CASE WHEN b.attended THEN '/v1/bookings/' || b.id || '/feedback-link' END,
         'certificate', '/v1/certificates/' || b.certificate) AS links,
       b.created_at, b.updated_at, '/v1/bookings/' || b.id AS href, b.version AS _version, b.session_id AS _session, b.place AS _place
FROM scip.booking b
JOIN scip.training_session s ON s.id = b.session_id
JOIN scip.course c ON c.id = s.course_id
LEFT JOIN scip.organisation o ON o.id = b.organisation_id;

-- The words of a delegate, with a note of who read them. A dry run, which would undo the note, reads nothing.
CREATE FUNCTION scip.read_comment(booking uuid, comment text) RETURNS text
LANGUAGE plpgsql STRICT VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF ctx.dry_run() THEN
    RETURN NULL;
  END IF;
  PERFORM note_read(b.person_id) FROM scip.booking b WHERE b.id = booking;
  RETURN comment;
END $$;

-- What delegates of a session thought of it, in an order that tells nothing of them. Nobody's where it is not theirs to handle.
CREATE FUNCTION scip.session_answers(session uuid, OUT delegates int, OUT responses int, OUT ratings json, OUT answers json)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF NOT ctx.handles_session(session) THEN
    RETURN;
  END IF;
  SELECT count(*), count(f.id),
         json_build_object('1', count(*) FILTER (WHERE f.rating = 1), '2', count(*) FILTER (WHERE f.rating = 2), '3', count(*) FILTER (WHERE f.rating = 3),
                           '4', count(*) FILTER (WHERE f.rating = 4), '5', count(*) FILTER (WHERE f.rating = 5)),
         coalesce(json_agg(json_build_object('rating', f.rating, 'principles', coalesce(f.principles, '{}'), 'comment', read_comment(b.id, f.comment)) ORDER BY f.id) FILTER (WHERE f.id IS NOT NULL), '[]')
  INTO delegates, responses, ratings, answers
  FROM booking b LEFT JOIN feedback f ON f.booking_id = b.id WHERE b.session_id = session AND b.attended;
END $$;

CREATE VIEW scip.training_comments WITH (security_invoker) AS
SELECT f.id, json_build_object('slug', c.slug, 'name', c.name, 'href', '/v1/training/courses/' || c.slug) AS course, s.day AS held_on,
       scip.read_comment(f.booking_id, f.comment) AS comment, f.comment_cleared AS cleared, f.given_at, '/v1/training/comments/' || f.id AS href, c.slug AS _course
FROM scip.feedback f
JOIN scip.training_session s ON s.id = f.session_id
JOIN scip.course c ON c.id = s.course_id
WHERE f.comment IS NOT NULL;

GRANT EXECUTE ON FUNCTION scip.places, scip.certificate, scip.training_figures TO scip_anonymous, scip_writer;
GRANT EXECUTE ON FUNCTION scip.course_of, scip.waiting_position, scip.delegate_of, scip.needs_of, scip.set_needs, scip.book, scip.cancel_booking,
  scip.mark_attendance, scip.link_feedback, scip.give_feedback, scip.certify, scip.held_about, scip.read_comment, scip.session_answers TO scip_writer;
GRANT SELECT ON scip.courses, scip.training_sessions TO scip_anonymous, scip_writer;
GRANT SELECT ON scip.bookings, scip.training_comments TO scip_writer;

COMMIT;
