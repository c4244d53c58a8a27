-- Training in the Thriving Lives Toolkit: how places are booked, kept in order, attended, judged and certified. What a booking
-- comes to is decided in functions that lock the session first and count in the next statement, so no seat is given twice.
-- And how schools judge themselves.
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE TABLE scip.course (
  LIKE ctx.publication INCLUDING ALL,
  name scip.label NOT NULL,
  name_cy scip.label,
  summary text CHECK (length(summary) <= 4000),
  summary_cy text CHECK (length(summary_cy) <= 4000),
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED
);
CALL scip.publish('course');
CALL scip.track_changes('course', 'course');
GRANT INSERT, UPDATE, DELETE ON scip.course TO scip_caller;

CREATE TABLE scip.training_session (
  LIKE ctx.entry INCLUDING ALL,
  course_id bigint NOT NULL REFERENCES scip.course,
  hub_id bigint REFERENCES scip.hub,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  venue text CHECK (length(venue) <= 500),
  online boolean NOT NULL DEFAULT false,
  accessibility text CHECK (length(accessibility) <= 4000),
  capacity int NOT NULL CHECK (capacity > 0),
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published', 'held', 'cancelled')),
  sequence int NOT NULL DEFAULT 0,
  day date NOT NULL GENERATED ALWAYS AS ((starts_at AT TIME ZONE setting.zone())::date) STORED,
  CONSTRAINT training_session_times CHECK (ends_at > starts_at)
);
CREATE INDEX ON scip.training_session (updated_at);
CREATE INDEX ON scip.training_session (day, id);
CREATE INDEX ON scip.training_session (starts_at, id);
CREATE INDEX ON scip.training_session (status);
CALL scip.protect('training_session');
GRANT SELECT ON scip.training_session TO scip_anonymous;
-- Sessions begin as drafts; their status and what it allows is guarded below.
GRANT SELECT, DELETE, INSERT (id, course_id, hub_id, starts_at, ends_at, venue, online, accessibility, capacity),
  UPDATE (starts_at, ends_at, venue, online, accessibility, capacity, status) ON scip.training_session TO scip_caller;
CALL scip.track_changes('training_session', 'training_session', 'r.id',
  $$CASE WHEN r.status <> 'draft' THEN ARRAY['public'] ELSE ARRAY[coalesce('hub-lead:' || r.hub_id, 'role:central')] END$$);

-- place orders the waiting list. The account is that of the website's back end, or of the staff who booked.
CREATE TABLE scip.booking (
  LIKE ctx.entry INCLUDING ALL,
  session_id uuid NOT NULL REFERENCES scip.training_session,
  person_id uuid NOT NULL REFERENCES scip.person,
  account_id uuid REFERENCES scip.account ON DELETE SET NULL,
  organisation_id bigint REFERENCES scip.organisation,
  organisation_name scip.label,
  sector text REFERENCES term.sector,
  place bigint GENERATED ALWAYS AS IDENTITY,
  status text NOT NULL CHECK (status IN ('confirmed', 'waiting', 'cancelled')),
  attended boolean,
  feedback_sha256 bytea UNIQUE CHECK (length(feedback_sha256) = 32),
  certificate text UNIQUE CHECK (certificate ~ '^[A-Z0-9]{4}(-[A-Z0-9]{4}){3}$'),
  CONSTRAINT booking_organisation CHECK (num_nonnulls(organisation_id, organisation_name) <= 1),
  CONSTRAINT booking_attended CHECK (attended IS NULL OR status = 'confirmed'),
  CONSTRAINT booking_certificate CHECK (certificate IS NULL OR attended)
);
CREATE UNIQUE INDEX booking_once ON scip.booking (session_id, person_id) WHERE status <> 'cancelled';
CREATE INDEX ON scip.booking (session_id, status, place);

-- Apart from all else, and gone 30 days after the session.
CREATE TABLE scip.booking_need (
  booking_id uuid PRIMARY KEY REFERENCES scip.booking ON DELETE CASCADE,
  dietary text CHECK (length(dietary) <= 500),
  access text CHECK (length(access) <= 500),
  LIKE ctx.record INCLUDING DEFAULTS,
  CONSTRAINT booking_need_some CHECK (num_nonnulls(dietary, access) > 0)
);
COMMENT ON COLUMN scip.booking_need.dietary
  IS 'personal: purpose=catering on the day; basis=explicit consent, UK GDPR Art. 9(2)(a); '
  'retention=30 days after the session, or until consent is withdrawn';
COMMENT ON COLUMN scip.booking_need.access
  IS 'personal: purpose=reasonable adjustments on the day; basis=explicit consent, UK GDPR Art. 9(2)(a); '
  'retention=30 days after the session, or until consent is withdrawn';

-- The name and address as they were given with the booking. Somebody is found again by the address alone, and nobody
-- proves an address: so a booking shows what was typed, and nothing of the person that the address was found to be of.
-- No row: as the person is recorded, for the session's staff (who is corrected is so in bookings that had the old name).
CREATE TABLE scip.booking_contact (
  booking_id uuid PRIMARY KEY REFERENCES scip.booking ON DELETE CASCADE,
  name scip.label NOT NULL,
  email text CHECK (scip.is_email(email)),
  hidden boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN scip.booking_contact.name
  IS 'personal: purpose=to know who comes to a training; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=the person''s';
COMMENT ON COLUMN scip.booking_contact.email
  IS 'personal: purpose=to write to who comes to a training; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=the person''s';
COMMENT ON COLUMN scip.booking_contact.hidden
  IS 'The use of the person''s data was restricted after the booking: its booker is not shown it any more';

-- What somebody thought of the training is the central team's to read, and the website's once it is cleared: its id is
-- not the booking's.
CREATE TABLE scip.feedback (
  booking_id uuid PRIMARY KEY REFERENCES scip.booking ON DELETE CASCADE,
  rating int CHECK (rating BETWEEN 1 AND 5),
  principles jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(principles) = 'object'),
  comment text CHECK (length(comment) <= 4000),
  comment_cleared boolean NOT NULL DEFAULT false,
  given_at timestamptz NOT NULL DEFAULT now(),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  session_id uuid NOT NULL REFERENCES scip.training_session,
  LIKE ctx.record INCLUDING DEFAULTS,
  CONSTRAINT feedback_cleared CHECK (NOT comment_cleared OR comment IS NOT NULL)
);
CREATE INDEX ON scip.feedback (given_at, id) WHERE comment IS NOT NULL;
CREATE INDEX ON scip.feedback (updated_at) WHERE comment IS NOT NULL;
COMMENT ON COLUMN scip.feedback.comment
  IS 'personal: purpose=to improve the training; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=two years';
COMMENT ON COLUMN scip.feedback.principles IS 'Ratings 1 to 5 by the slug of a principle';

CREATE FUNCTION ctx.handles_booking(booking uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
AS $$ BEGIN RETURN EXISTS (SELECT FROM scip.booking b JOIN scip.training_session s ON s.id = b.session_id
               WHERE b.id = booking AND (b.account_id = ctx.account() OR ctx.writes(s.hub_id, NULL))); END $$;
CREATE FUNCTION ctx.handles_session(session uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
AS $$ BEGIN RETURN EXISTS (SELECT FROM scip.training_session s WHERE s.id = session AND ctx.writes(s.hub_id, NULL)); END $$;
GRANT EXECUTE ON FUNCTION ctx.handles_booking, ctx.handles_session TO scip_caller;

CALL scip.protect('booking', 'booking_need', 'booking_contact', 'feedback');
-- The website sees the bookings that it made; staff those of their sessions. They are made and change their status by
-- functions alone.
GRANT SELECT, UPDATE (organisation_id, organisation_name, sector) ON scip.booking TO scip_caller;
-- Needs are given out by one function, as names are.
GRANT SELECT (booking_id, version, updated_at), DELETE ON scip.booking_need TO scip_caller;
GRANT SELECT, UPDATE (comment_cleared) ON scip.feedback TO scip_caller;

CALL scip.track_changes('booking', 'booking', 'r.id', $$coalesce(ARRAY['account:' || r.account_id], '{}')
  || coalesce((SELECT ARRAY['hub-lead:' || s.hub_id] FROM training_session s WHERE s.id = r.session_id AND s.hub_id IS NOT NULL),
    ARRAY['role:central'])$$,
  personal => '{feedback_sha256}');
CALL scip.track_changes('booking_need', NULL, 'NULL', 'NULL', record => 'r.booking_id', personal => '{dietary,access}');
CALL scip.track_changes('booking_contact', NULL, 'NULL', 'NULL', record => 'r.booking_id', personal => '{name,email}');
CALL scip.track_changes('feedback', 'training_comment', 'r.id',
  $$CASE WHEN r.comment IS NULL THEN '{}'::text[] WHEN r.comment_cleared THEN ARRAY['role:central', 'role:website']
    ELSE ARRAY['role:central'] END$$,
  record => 'r.booking_id', personal => '{comment}');
INSERT INTO scip.kind_address VALUES ('course', '/v1/training/courses/'), ('training_session', '/v1/training/sessions/'),
  ('booking', '/v1/bookings/'), ('self_assessment', '/v1/self-assessments/'), ('training_comment', '/v1/training/comments/'),
  ('training_figures', '/v1/training/');

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
CALL scip.add_trigger('guard_session BEFORE UPDATE ON training_session', $$
DECLARE
  day date := (NEW.starts_at AT TIME ZONE setting.zone())::date;
  confirmed int;
  attended int;
BEGIN
  SELECT count(*), count(b.attended) INTO confirmed, attended
  FROM booking b WHERE b.session_id = NEW.id AND b.status = 'confirmed';
  PERFORM scip.refuse(409, 'session-cancelled') WHERE OLD.status = 'cancelled';
  PERFORM scip.refuse(409, 'session-capacity', 'capacity') WHERE NEW.capacity < confirmed;
  PERFORM scip.refuse(409, 'session-attended') WHERE NEW.status = 'cancelled' AND attended > 0;
  PERFORM scip.refuse(409, 'session-not-yet-held') WHERE (NEW.status = 'held' OR attended > 0) AND day > today();
  -- RFC 5545, 3.8.7.4
  IF OLD.status <> 'draft' AND (OLD.starts_at, OLD.ends_at, OLD.venue, OLD.online, OLD.status)
     IS DISTINCT FROM (NEW.starts_at, NEW.ends_at, NEW.venue, NEW.online, NEW.status) THEN
    NEW.sequence := OLD.sequence + 1;
  END IF;
$$);

CALL scip.add_trigger($$guard_delete BEFORE DELETE ON training_session WHEN (OLD.status <> 'draft')$$,
  $$PERFORM scip.refuse(409, 'session-not-draft');$$);
CALL scip.add_trigger('guard_status BEFORE UPDATE OF status ON training_session', $$
  IF OLD.status = 'held' AND NEW.status = 'published' AND is_corrected('/v1/training/sessions/' || OLD.id) THEN
    PERFORM scip.refuse(409, 'session-has-outcomes') WHERE EXISTS (SELECT FROM booking b WHERE b.session_id = OLD.id
               AND (b.certificate IS NOT NULL OR EXISTS (SELECT FROM feedback f WHERE f.booking_id = b.id)));
  ELSIF OLD.status || ' ' || NEW.status NOT IN ('draft published', 'published cancelled', 'published held') THEN
    PERFORM scip.refuse(409, CASE WHEN NEW.status <> 'published' THEN 'session-not-published'
      WHEN is_corrected('/v1/training/sessions/' || OLD.id) THEN 'session-not-held' ELSE 'session-not-draft' END);
  END IF;
$$);

-- Free places go to those who wait, in their order. The caller has locked the session.
CREATE FUNCTION scip.promote(session uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$ BEGIN
  UPDATE booking SET status = 'confirmed' WHERE id IN (
    SELECT b.id FROM booking b WHERE b.session_id = promote.session AND b.status = 'waiting' ORDER BY b.place
    LIMIT coalesce((SELECT greatest(s.capacity - (SELECT count(*) FROM booking c WHERE c.session_id = s.id AND c.status = 'confirmed'), 0)
                    FROM training_session s
                    -- none is given of what has begun
                    WHERE s.id = promote.session AND s.status = 'published' AND s.starts_at > now()), 0));
END $$;

-- More places, or no session: what that means for its bookings.
CALL scip.add_trigger('settle_bookings AFTER UPDATE OF capacity, status, starts_at ON training_session
  WHEN (OLD.capacity < NEW.capacity OR OLD.status <> NEW.status OR OLD.starts_at <> NEW.starts_at)', $$
  IF NEW.status = 'cancelled' THEN
    UPDATE booking SET status = 'cancelled' WHERE session_id = NEW.id AND status <> 'cancelled';
    DELETE FROM booking_need n USING booking b WHERE b.id = n.booking_id AND b.session_id = NEW.id;
  ELSE
    PERFORM promote(NEW.id);
  END IF;
$$);

-- Whatever the way: never more confirmed than there are places.
CALL scip.add_trigger($$refuse_overbooking AFTER INSERT OR UPDATE OF status, session_id ON booking WHEN (NEW.status = 'confirmed')$$, $$
DECLARE
  places int;
BEGIN
  SELECT s.capacity INTO places FROM training_session s WHERE s.id = NEW.session_id FOR NO KEY UPDATE;
  PERFORM scip.refuse(409, 'session-full')
    WHERE (SELECT count(*) FROM booking b WHERE b.session_id = NEW.session_id AND b.status = 'confirmed') > places;
$$);

-- The free places of a session are public, and so are the figures: that they have changed is, too.
CREATE FUNCTION scip.note_change(kind text, key text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO scip.change (kind, key, op, audience) VALUES (note_change.kind, note_change.key, 'changed', '{public}')
  ON CONFLICT DO NOTHING;
$$;
CALL scip.add_trigger('note_booked AFTER INSERT ON booking', $$PERFORM note_change('training_session', NEW.session_id::text);$$);
CALL scip.add_trigger('note_places AFTER UPDATE ON booking WHEN (OLD.status <> NEW.status)',
  $$PERFORM note_change('training_session', NEW.session_id::text);$$);
CALL scip.add_trigger('note_attended AFTER UPDATE ON booking WHEN (OLD.attended IS DISTINCT FROM NEW.attended)',
  $$PERFORM note_change('training_figures', 'figures');$$);
CALL scip.add_trigger('note_feedback AFTER INSERT ON feedback', $$PERFORM note_change('training_figures', 'figures');$$);
CALL scip.add_trigger($$note_held AFTER UPDATE ON training_session WHEN (OLD.status <> NEW.status AND 'held' IN (OLD.status, NEW.status))$$,
  $$PERFORM note_change('training_figures', 'figures');$$);

-- What it says is fixed once it is over; a cancelled booking stays as it was.
CALL scip.add_trigger($$guard_booking BEFORE UPDATE OF organisation_id, organisation_name, sector ON booking
  WHEN (OLD.status = 'cancelled')$$, $$PERFORM scip.refuse(409, 'booking-cancelled');$$);

-- The needs of a booking; NULLs where there are none or they are not the caller's to read. That they were read is noted.
CREATE FUNCTION scip.needs_of(booking uuid, OUT dietary text, OUT access text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF ctx.handles_booking(booking) THEN
    SELECT n.dietary, n.access INTO needs_of.dietary, needs_of.access FROM booking_need n WHERE n.booking_id = needs_of.booking;
    PERFORM note_read(b.person_id) FROM booking b WHERE b.id = needs_of.booking AND FOUND;
  END IF;
END $$;

-- What a delegate consents to who says what they eat or need: one row a version, and none of them ever changes.
CREATE TABLE scip.consent_text (
  version int PRIMARY KEY CHECK (version > 0),
  text text NOT NULL CHECK (length(text) <= 4000),
  text_cy text CHECK (length(text_cy) <= 4000),
  created_at timestamptz NOT NULL DEFAULT now()
);
CALL scip.publish('consent_text');
CALL scip.track_changes('consent_text', 'consent_text', 'r.version::text', record => 'r.version');
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON scip.consent_text
  FOR EACH STATEMENT WHEN (NOT scip.redacting()) EXECUTE FUNCTION scip.refuse_change();
GRANT INSERT ON scip.consent_text TO scip_caller;
INSERT INTO scip.kind_address VALUES ('consent_text', '/v1/training/consent-texts/');
INSERT INTO scip.consent_text (version, text)
  VALUES (1, 'I agree that the SCiP Alliance keeps what I have written here about what I eat or need, so that it can be provided on the '
  'day. '
  'It is read by those who run the session, and removed 30 days after it. I can withdraw this at any time; then it is removed at once. '
  'Who does not agree can come all the same.');
-- They come one after the other.
CALL scip.add_trigger('guard_consent_text BEFORE INSERT ON consent_text', $$
  PERFORM pg_advisory_xact_lock(hashtextextended('scip.consent_text', 0));
  PERFORM scip.refuse(409, 'consent-text-order', '/path/version') WHERE NEW.version > (SELECT max(t.version) + 1 FROM consent_text t);
$$);
-- To which text consent was given with a booking, when, and when it was withdrawn.
CREATE TABLE scip.booking_consent (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  booking_id uuid NOT NULL REFERENCES scip.booking ON DELETE CASCADE,
  text_version int NOT NULL REFERENCES scip.consent_text,
  account_id uuid DEFAULT ctx.account() REFERENCES scip.account ON DELETE SET NULL,
  given_at timestamptz NOT NULL DEFAULT now(),
  withdrawn_at timestamptz
);
CREATE INDEX ON scip.booking_consent (booking_id, id);
COMMENT ON COLUMN scip.booking_consent.account_id IS 'Who recorded it: the website''s account, or the staff''s';
CALL scip.protect('booking_consent');
CALL scip.track_changes('booking_consent', NULL, 'NULL', 'NULL');
GRANT SELECT ON scip.booking_consent TO scip_caller;

-- Whatever the way: no needs without consent, and none that outlive it. The version of the booking is theirs too.
CALL scip.add_trigger('guard_needs BEFORE INSERT OR UPDATE OR DELETE ON booking_need', $$
  PERFORM scip.refuse(422, 'consent-needed', 'consent')
    WHERE TG_OP <> 'DELETE' AND NOT EXISTS (SELECT FROM booking_consent c WHERE c.booking_id = NEW.booking_id AND c.withdrawn_at IS NULL);
  UPDATE booking SET attended = attended WHERE id IN (NEW.booking_id, OLD.booking_id);
$$);
CALL scip.add_trigger('remove_needs AFTER UPDATE OF withdrawn_at ON booking_consent
  WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL)',
  $$DELETE FROM booking_need n WHERE n.booking_id = NEW.booking_id;$$);
-- Takes the needs that the body names, and with `whole` nothing of what was there before. False: no such booking. The consent
-- that comes with them is written down before them. The booking's row is the lock, so that of a withdrawal at the same moment
-- one comes after the other.
CREATE FUNCTION scip.set_needs(booking uuid, body jsonb, whole boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  given int := (body ->> 'consent')::int;
  held record;
  needs booking_need;
BEGIN
  IF NOT ctx.handles_booking(set_needs.booking) THEN
    RETURN false;
  ELSIF NOT body ?| '{dietary,access}' THEN
    RETURN true;
  END IF;
  SELECT b.status, s.day INTO held FROM booking b JOIN training_session s ON s.id = b.session_id
  WHERE b.id = set_needs.booking FOR NO KEY UPDATE OF b;
  IF given IS NOT NULL AND coalesce(btrim(body ->> 'dietary'), '') || coalesce(btrim(body ->> 'access'), '') <> '' THEN
    PERFORM scip.refuse(422, 'reference-not-found', 'consent', 'There is no consent text of this version.')
      WHERE NOT EXISTS (SELECT FROM consent_text t WHERE t.version = given);
    PERFORM scip.refuse(422, 'consent-text-replaced', 'consent') WHERE given < (SELECT max(t.version) FROM consent_text t);
    IF NOT EXISTS (SELECT FROM booking_consent c
                      WHERE c.booking_id = set_needs.booking AND c.text_version = given AND c.withdrawn_at IS NULL) THEN
      INSERT INTO booking_consent (booking_id, text_version) VALUES (set_needs.booking, given);
    END IF;
  END IF;
  PERFORM scip.refuse(409, 'booking-cancelled') WHERE held.status = 'cancelled';
  PERFORM scip.refuse(409, 'session-over') WHERE held.day < today();
  SELECT * INTO needs FROM booking_need n WHERE n.booking_id = set_needs.booking;
  needs.booking_id := set_needs.booking;
  IF whole OR body ? 'dietary' THEN
    needs.dietary := nullif(btrim(body ->> 'dietary'), '');
  END IF;
  IF whole OR body ? 'access' THEN
    needs.access := nullif(btrim(body ->> 'access'), '');
  END IF;
  IF num_nonnulls(needs.dietary, needs.access) = 0 THEN
    DELETE FROM booking_need n WHERE n.booking_id = set_needs.booking;
  ELSE
    INSERT INTO booking_need (booking_id, dietary, access) VALUES (needs.booking_id, needs.dietary, needs.access)
    ON CONFLICT (booking_id) DO UPDATE SET dietary = EXCLUDED.dietary, access = EXCLUDED.access;
  END IF;
  RETURN true;
END $$;
-- By who handles the booking, and the delegate. False: there is none that stands.
CREATE FUNCTION scip.withdraw_consent(booking uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  PERFORM FROM booking b
    WHERE b.id = withdraw_consent.booking AND (ctx.handles_booking(b.id) OR b.person_id = ctx.person()) FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE booking_consent c SET withdrawn_at = now() WHERE c.booking_id = withdraw_consent.booking AND c.withdrawn_at IS NULL;
  RETURN FOUND;
END $$;
GRANT EXECUTE ON FUNCTION scip.set_needs, scip.withdraw_consent TO scip_caller;

-- A place for somebody: confirmed while there is one, else waiting. False: no such session. Who has this address
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
  END IF;
  PERFORM scip.refuse(403, 'only-staff-of-the-session') WHERE NOT (staff OR 'website' = ANY (ctx.roles()));
  PERFORM scip.refuse(409, 'session-not-published') WHERE s.status <> 'published';
  PERFORM scip.refuse(409, 'session-started') WHERE s.starts_at <= now() AND NOT staff; -- staff may write down who came
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('scip.person', 0)),
          pg_advisory_xact_lock(hashtextextended('scip.person ' || lower(given_email), 0));
  SELECT p.id INTO who FROM person p
  WHERE lower(p.email) = lower(given_email)
  ORDER BY fold(p.name) = fold(given_name) DESC, p.created_at, p.id LIMIT 1;
  IF who.id IS NULL THEN
    -- nobody's to see as who added them: that would reveal that the address was not known
    INSERT INTO person (name, email, added_by) VALUES (given_name, given_email, NULL) RETURNING id INTO who;
  ELSIF EXISTS (SELECT FROM booking b WHERE b.session_id = s.id AND b.person_id = who.id AND b.status <> 'cancelled') THEN
    PERFORM scip.refuse(409, 'booking-exists', 'email');
  END IF;
  SELECT count(*) FILTER (WHERE b.status = 'confirmed') + CASE WHEN bool_or(b.status = 'waiting')
    AND s.starts_at > now() THEN s.capacity ELSE 0 END
  INTO taken FROM booking b WHERE b.session_id = s.id; -- who waits is before
  PERFORM scip.refuse(409, 'session-full') WHERE taken >= s.capacity AND s.starts_at <= now(); -- no place is offered to anyone later
  INSERT INTO booking (id, session_id, person_id, account_id, organisation_id, organisation_name, sector, status)
  VALUES (book.booking, s.id, who.id, ctx.account(), reference('organisation', body ->> 'organisation'), body ->> 'organisation_name',
          body ->> 'sector', CASE WHEN taken < s.capacity THEN 'confirmed' ELSE 'waiting' END);
  INSERT INTO booking_contact VALUES (book.booking, given_name, given_email);
  PERFORM set_needs(book.booking, body, true);
  RETURN true;
END $$;

-- Gives the place back, to the next who waits. False: no such booking.
CREATE FUNCTION scip.cancel_booking(booking uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
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
  PERFORM scip.refuse(409, 'booking-cancelled') WHERE b.status = 'cancelled';
  PERFORM scip.refuse(409, 'booking-attended') WHERE b.attended IS NOT NULL;
  PERFORM scip.refuse(409, 'session-not-published') WHERE s.status <> 'published';
  UPDATE booking o SET status = 'cancelled' WHERE o.id = b.id;
  DELETE FROM booking_need n WHERE n.booking_id = b.id;
  PERFORM promote(s.id);
  RETURN true;
END $$;

-- Who came: [{"booking": …, "attended": true, false or null}]. False: no session of the caller's; NULL: the first booking is of no
-- version that is wanted. The version of the session is that of its attendance.
CREATE FUNCTION scip.mark_attendance(session uuid, marks jsonb, wanted int[] DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  s training_session;
  wrong text;
BEGIN
  IF NOT ctx.handles_session(mark_attendance.session) THEN
    RETURN false;
  END IF;
  SELECT t.* INTO s FROM training_session t WHERE t.id = mark_attendance.session FOR NO KEY UPDATE;
  IF NOT (SELECT b.version FROM booking b WHERE b.id = (marks -> 0 ->> 'booking')::uuid) = ANY (wanted) THEN
    RETURN NULL;
  END IF;
  PERFORM scip.refuse(409, 'session-not-published') WHERE s.status NOT IN ('published', 'held');
  PERFORM scip.refuse(409, 'session-not-yet-held') WHERE s.day > today();
  PERFORM scip.refuse(422, 'named-twice', 'items')
    WHERE (SELECT count(*) > count(DISTINCT m.booking) FROM jsonb_to_recordset(marks) m (booking uuid));
  SELECT CASE WHEN bool_or(b.id IS NULL) THEN 'reference-not-found' WHEN bool_or(b.status <> 'confirmed') THEN 'booking-not-confirmed'
              WHEN bool_or(b.certificate IS NOT NULL AND m.attended IS NOT TRUE) THEN 'certificate-issued'
              WHEN bool_or(m.attended IS NOT TRUE AND EXISTS (SELECT FROM feedback f WHERE f.booking_id = b.id)) THEN 'feedback-given' END
  INTO wrong
  FROM jsonb_to_recordset(marks) m (booking uuid, attended boolean) LEFT JOIN booking b ON b.id = m.booking AND b.session_id = s.id;
  PERFORM scip.refuse(CASE wrong WHEN 'reference-not-found' THEN 422 ELSE 409 END, wrong, 'items',
    CASE wrong WHEN 'reference-not-found' THEN 'The session has no such booking.' END) WHERE wrong IS NOT NULL;
  UPDATE booking b SET attended = m.attended, feedback_sha256 = CASE WHEN m.attended THEN b.feedback_sha256 END
  FROM jsonb_to_recordset(marks) m (booking uuid, attended boolean)
  WHERE b.id = m.booking AND b.attended IS DISTINCT FROM m.attended;
  UPDATE training_session SET capacity = capacity WHERE id = s.id;
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
    PERFORM scip.refuse(409, 'booking-not-attended') WHERE b.attended IS NOT TRUE;
  END IF;
  RETURN b;
END $$;

-- The token by which feedback is given, kept as its hash; the one before it is no longer good. False: no such booking.
CREATE FUNCTION scip.link_feedback(booking uuid, token text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  b booking := attended_booking(link_feedback.booking);
BEGIN
  PERFORM scip.refuse(409, 'feedback-given', 'token') WHERE EXISTS (SELECT FROM feedback f WHERE f.booking_id = b.id);
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
  PERFORM scip.refuse(403, 'only-the-website') WHERE NOT (ctx.central() OR 'website' = ANY (ctx.roles()));
  SELECT o.* INTO b FROM booking o WHERE o.feedback_sha256 = sha256(convert_to(body ->> 'token', 'UTF8')) FOR NO KEY UPDATE;
  IF b.id IS NULL THEN
    RETURN;
  END IF;
  PERFORM scip.refuse(409, 'feedback-given', 'token') WHERE EXISTS (SELECT FROM feedback f WHERE f.booking_id = b.id);
  PERFORM scip.refuse(422, 'reference-not-found', 'principle principles', 'There is no such principle.')
    WHERE EXISTS (SELECT FROM jsonb_object_keys(principles) k WHERE k NOT IN (SELECT p.slug FROM toolkit_principle p));
  RETURN QUERY INSERT INTO feedback (booking_id, session_id, rating, principles, comment)
    VALUES (b.id, b.session_id, (body ->> 'rating')::int, principles, nullif(btrim(body ->> 'comment'), '')) RETURNING *;
END $$;

-- 80 random bits in the letters of Crockford's base 32, which has no I, L, O or U. They can be typed in place of 0 and 1.
CREATE FUNCTION scip.new_code() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + (get_byte(bytes, i) & 31), 1)
                    || CASE WHEN i IN (3, 7, 11) THEN '-' ELSE '' END, '' ORDER BY i)
  FROM sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) bytes, generate_series(0, 15) i;
$$;
CREATE FUNCTION scip.read_code(code text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN rtrim(regexp_replace(translate(upper(regexp_replace(code, '[\s-]', '', 'g')), 'ILO', '110'), '(.{4})', '\1-', 'g'), '-');

-- The certificate of an attended booking, the same one each time; NULL: no such booking.
CREATE FUNCTION scip.certify(booking uuid) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
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
  SELECT b.certificate, scip.link('training/courses', c.slug, c.name), s.day
  FROM booking b JOIN training_session s ON s.id = b.session_id JOIN course c ON c.id = s.course_id
  WHERE b.certificate = read_code(certificate.code);
$$;

-- Who comes, as the booking says it. Its booker is shown what it typed, whether the address was known or not; the
-- session's staff that and whose record it is; the delegate all. A dry run, which would undo the note, reads nothing.
CREATE FUNCTION scip.delegate_of(booking uuid, OUT person uuid, OUT name text, OUT email text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  b record;
BEGIN
  SELECT o.person_id, p.restricted, o.account_id = ctx.account() AND NOT c.hidden AS own, ctx.central()
    OR o.person_id = ctx.person() AS all_of_it,
         ctx.writes(s.hub_id, NULL) AS staff, c.booking_id IS NOT NULL AS typed, c.name AS typed_name, c.email AS typed_email, p.name,
           p.email
  INTO b
  FROM booking o JOIN training_session s ON s.id = o.session_id JOIN person p ON p.id = o.person_id
  LEFT JOIN booking_contact c ON c.booking_id = o.id WHERE o.id = delegate_of.booking;
  IF b.all_of_it OR b.staff THEN
    person := b.person_id;
  END IF;
  IF NOT ctx.dry_run() AND (b.all_of_it OR b.staff AND NOT b.restricted OR b.own) THEN
    name := CASE WHEN b.typed THEN b.typed_name WHEN b.all_of_it OR b.staff THEN b.name END;
    email := CASE WHEN b.typed THEN b.typed_email WHEN b.all_of_it OR b.staff THEN b.email END;
    PERFORM note_read(b.person_id) WHERE name IS NOT NULL;
  END IF;
END $$;

-- What a person is called now is so in the bookings, too: where the old name was typed no copy of it is left. An address
-- that is no longer theirs stands nowhere. A restriction hides what was typed before it; later it would reveal itself.
CALL scip.add_trigger('correct_bookings AFTER UPDATE OF name, email, restricted ON person WHEN (NEW.erased_at IS NULL)', $$
  IF (OLD.name, OLD.email) IS DISTINCT FROM (NEW.name, NEW.email) THEN
    DELETE FROM booking_contact c USING booking b WHERE b.id = c.booking_id AND b.person_id = NEW.id AND fold(c.name) = fold(OLD.name);
  END IF;
  IF OLD.email IS DISTINCT FROM NEW.email THEN
    UPDATE booking_contact c SET email = NULL FROM booking b WHERE b.id = c.booking_id AND b.person_id = NEW.id AND c.email IS NOT NULL;
  END IF;
  IF OLD.restricted <> NEW.restricted THEN
    UPDATE booking_contact c SET hidden = NEW.restricted FROM booking b WHERE b.id = c.booking_id AND b.person_id = NEW.id
      AND c.hidden <> NEW.restricted;
  END IF;
$$);

-- With a person's name go the needs, the words and what was typed, also from the answers that were kept; what was counted
-- stays.
CALL scip.add_trigger('erase_from_training AFTER UPDATE OF erased_at ON person
  WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)', $$
  DELETE FROM booking_need n USING booking b WHERE b.id = n.booking_id AND b.person_id = NEW.id;
  DELETE FROM booking_contact c USING booking b WHERE b.id = c.booking_id AND b.person_id = NEW.id;
  UPDATE idempotency i SET status = 410, hash = '', location = NULL, etag = NULL, content_type = NULL, body = NULL
  WHERE EXISTS (SELECT FROM booking b WHERE b.person_id = NEW.id AND strpos(i.body, b.id::text) > 0);
  UPDATE feedback f SET comment = NULL, comment_cleared = false
  FROM booking b WHERE b.id = f.booking_id AND b.person_id = NEW.id AND f.comment IS NOT NULL;
$$);
CALL scip.add_retention('booking_need', '30 days after the session, or until consent is withdrawn', 'what delegates eat or need',
  $$DELETE FROM scip.booking_need n USING scip.booking b, scip.training_session s
    WHERE b.id = n.booking_id AND s.id = b.session_id AND s.day + 30 <= scip.today()$$);
CALL scip.add_retention('feedback_comment', '2 years', 'what delegates wrote of a training',
  $$UPDATE scip.feedback SET comment = NULL, comment_cleared = false WHERE comment IS NOT NULL AND given_at < now() - interval '2 years'$$);

-- UK GDPR Art. 15: the bookings as well.
CREATE FUNCTION scip.bookings_about(person uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'course', c.slug, 'day', s.day, 'organisation', o.slug, 'organisation_name',
    b.organisation_name,
      'sector', b.sector, 'name', t.name, 'email', t.email, 'status', b.status, 'attended', b.attended, 'certificate', b.certificate,
        'dietary', n.dietary, 'access', n.access,
      'rating', f.rating, 'principles', f.principles, 'comment', f.comment, 'account', b.account_id) ORDER BY s.starts_at, b.id), '[]')
  FROM scip.booking b JOIN scip.training_session s ON s.id = b.session_id JOIN scip.course c ON c.id = s.course_id
  LEFT JOIN scip.organisation o ON o.id = b.organisation_id LEFT JOIN scip.booking_need n ON n.booking_id = b.id
  LEFT JOIN scip.booking_contact t ON t.booking_id = b.id LEFT JOIN scip.feedback f ON f.booking_id = b.id
  WHERE b.person_id = person AND EXISTS (SELECT FROM scip.person p WHERE p.id = b.person_id AND p.erased_at IS NULL);
$$;

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

-- What delegates of a session thought of it, in an order that reveals nothing of them. Nobody's where it is not theirs to handle.
CREATE FUNCTION scip.session_answers(session uuid, OUT delegates int, OUT responses int, OUT ratings json, OUT answers json)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF NOT ctx.handles_session(session) THEN
    RETURN;
  END IF;
  SELECT count(*), count(f.id),
         json_build_object('1', count(*) FILTER (WHERE f.rating = 1), '2', count(*) FILTER (WHERE f.rating = 2), '3',
           count(*) FILTER (WHERE f.rating = 3),
                           '4', count(*) FILTER (WHERE f.rating = 4), '5', count(*) FILTER (WHERE f.rating = 5)),
         coalesce(json_agg(json_build_object('rating', f.rating, 'principles', coalesce(f.principles, '{}'), 'comment',
           read_comment(b.id, f.comment)) ORDER BY f.id) FILTER (WHERE f.id IS NOT NULL), '[]')
  INTO delegates, responses, ratings, answers
  FROM booking b LEFT JOIN feedback f ON f.booking_id = b.id WHERE b.session_id = session AND b.attended;
END $$;

GRANT EXECUTE ON FUNCTION scip.places, scip.certificate TO scip_anonymous, scip_caller;
GRANT EXECUTE ON FUNCTION scip.waiting_position, scip.delegate_of, scip.needs_of, scip.book, scip.cancel_booking,
  scip.mark_attendance, scip.link_feedback, scip.give_feedback, scip.certify, scip.read_comment, scip.session_answers TO scip_caller;

-- Schools judge themselves by the Toolkit's principles: emerging, developing, embedding. Their own and the central
-- team's; others see sums.
CREATE TABLE scip.self_assessment (
  LIKE ctx.entry INCLUDING ALL,
  organisation_id bigint NOT NULL REFERENCES scip.organisation,
  principle_id bigint NOT NULL REFERENCES scip.toolkit_principle,
  stage text NOT NULL REFERENCES term.self_assessment_stage,
  assessed_on date NOT NULL,
  CONSTRAINT self_assessment_once UNIQUE (organisation_id, principle_id, assessed_on)
);
CREATE INDEX ON scip.self_assessment (updated_at);
CREATE INDEX ON scip.self_assessment (assessed_on, id);
CALL scip.protect('self_assessment');
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.self_assessment TO scip_caller;
CALL scip.track_changes('self_assessment', 'self_assessment', 'r.id', $$ARRAY['organisation:' || r.organisation_id]$$);

-- Of an organisation that may have been a school on the day: its sector's dates are only as exact as they are known.
CALL scip.add_trigger('guard_self_assessment BEFORE INSERT OR UPDATE ON self_assessment', $$
  PERFORM scip.refuse(422, 'date-in-future', 'assessed_on', 'The self-assessment cannot be after today.')
    WHERE NEW.assessed_on > scip.today();
  PERFORM scip.refuse(422, 'not-a-school', 'organisation') WHERE NOT EXISTS (SELECT FROM scip.organisation_sector c
                    WHERE c.organisation_id = NEW.organisation_id AND c.sector = ANY (scip.terms_with('sector', 'assesses_itself'))
                      AND (c.starts IS NULL OR scip.earliest(c.starts) <= NEW.assessed_on)
                      AND (c.ends IS NULL OR scip.latest(c.ends) >= NEW.assessed_on));
$$);

-- What a school says on one day, as a whole: what is not named goes. The school's row is the lock, so it is never a mixture of two. Whether
-- the set is new; NULL: it is not of a version that is wanted. Somebody who writes a single one meanwhile comes before or after it.
CREATE FUNCTION scip.self_assessments_version(organisation bigint, day date) RETURNS int LANGUAGE sql STABLE
RETURN (SELECT scip.version_of(string_agg(a.principle_id || a.stage, ' ' ORDER BY a.principle_id))
        FROM scip.self_assessment a WHERE a.organisation_id = organisation AND a.assessed_on = day);
CREATE FUNCTION scip.set_self_assessments(organisation bigint, day date, stages jsonb, wanted int[]) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  present int := scip.self_assessments_version(organisation, day);
BEGIN
  IF NOT coalesce(present = ANY (wanted), present <> 0) THEN
    RETURN NULL;
  END IF;
  DELETE FROM scip.self_assessment a USING scip.toolkit_principle p
  WHERE a.organisation_id = organisation AND a.assessed_on = day AND p.id = a.principle_id AND NOT stages ? p.slug;
  INSERT INTO scip.self_assessment AS a (organisation_id, principle_id, stage, assessed_on)
  SELECT organisation, scip.reference('principle', s.key, 'principles'), s.value, day FROM jsonb_each_text(stages) s ORDER BY s.key
  ON CONFLICT ON CONSTRAINT self_assessment_once DO UPDATE SET stage = EXCLUDED.stage WHERE a.stage <> EXCLUDED.stage;
  RETURN present = 0;
END $$;
GRANT EXECUTE ON FUNCTION scip.self_assessments_version, scip.set_self_assessments TO scip_caller;

COMMIT;
