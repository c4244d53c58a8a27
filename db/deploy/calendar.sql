-- Events are written: from draft to held or cancelled, in programmes, with times of day, in English and Welsh; and
-- training in the Toolkit is booked, attended and judged. Tables and who may see and write them.
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE TABLE scip.programme (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  name scip.label NOT NULL,
  name_cy scip.label,
  summary text CHECK (length(summary) <= 4000),
  summary_cy text CHECK (length(summary_cy) <= 4000),
  url scip.url,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED
);
CALL scip.publish('programme');
CALL scip.keep_records('programme', 'programme');
CALL scip.let_central_write('programme');
ALTER TABLE scip.activity ADD CONSTRAINT activity_programme FOREIGN KEY (programme) REFERENCES scip.programme (slug) ON UPDATE CASCADE;

-- draft, then published, then held or cancelled; unknown is for imported ones. A time of day (starts_at) stands
-- beside the day where it is known; the day follows from it.
ALTER TABLE scip.event DROP CONSTRAINT event_status_check;
UPDATE scip.event SET status = 'published' WHERE status = 'announced';
ALTER TABLE scip.event
  ADD CONSTRAINT event_status CHECK (status IN ('draft', 'published', 'held', 'cancelled', 'unknown')),
  ADD COLUMN uid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  ADD COLUMN programme_id bigint REFERENCES scip.programme,
  ADD COLUMN starts_at timestamptz,
  ADD COLUMN ends_at timestamptz,
  ADD COLUMN capacity int CHECK (capacity > 0),
  ADD COLUMN accessibility text CHECK (length(accessibility) <= 4000),
  ADD COLUMN description text CHECK (length(description) <= 20000),
  ADD COLUMN title_cy scip.label,
  ADD COLUMN description_cy text CHECK (length(description_cy) <= 20000),
  ADD CONSTRAINT event_times CHECK (ends_at > starts_at),
  ADD CONSTRAINT event_day CHECK (starts_at IS NULL OR starts = to_char(starts_at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD'));
CREATE INDEX ON scip.event (programme_id);
COMMENT ON COLUMN scip.event.uid IS 'RFC 5545, 3.8.4.7: the event''s for ever, whatever its address';

DROP POLICY read ON scip.event;
CREATE POLICY read ON scip.event FOR SELECT TO scip_anonymous USING (status <> 'draft');
CREATE POLICY see ON scip.event FOR SELECT TO scip_writer USING (status <> 'draft' OR ctx.writes(hub_id, NULL));
GRANT INSERT, UPDATE, DELETE ON scip.event TO scip_writer;
CREATE POLICY add ON scip.event FOR INSERT TO scip_writer WITH CHECK (ctx.writes(hub_id, NULL));
CREATE POLICY change ON scip.event FOR UPDATE TO scip_writer USING (ctx.writes(hub_id, NULL));
CREATE POLICY remove ON scip.event FOR DELETE TO scip_writer USING (ctx.writes(hub_id, NULL));
DROP FUNCTION scip.record_event CASCADE;
CALL scip.keep_records('event', 'event', 'r.slug',
  $$CASE WHEN r.status <> 'draft' THEN ARRAY['public'] ELSE ARRAY[coalesce('hub-lead:' || r.hub_id, 'role:central')] END$$);

-- Numbers of young people, apart from what is public: the owning Hub's and the central team's.
CREATE TABLE scip.event_outreach (
  event_id bigint PRIMARY KEY REFERENCES scip.event ON DELETE CASCADE,
  interventions int NOT NULL CHECK (interventions >= 0),
  young_people int NOT NULL CHECK (young_people >= 0),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION ctx.sees_event(event bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
RETURN EXISTS (SELECT FROM scip.event e WHERE e.id = event AND ctx.sees(e.hub_id, NULL));
CREATE FUNCTION ctx.writes_event(event bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
RETURN EXISTS (SELECT FROM scip.event e WHERE e.id = event AND ctx.writes(e.hub_id, NULL));
GRANT EXECUTE ON FUNCTION ctx.sees_event, ctx.writes_event TO scip_writer;
CALL scip.protect('event_outreach');
CALL scip.let('event_outreach', 'ctx.sees_event(event_id)', 'ctx.writes_event(event_id)');
CALL scip.keep_records('event_outreach', 'event_outreach', $$(SELECT e.slug || '/outreach' FROM event e WHERE e.id = r.event_id)$$,
  $$(SELECT ARRAY[coalesce('hub:' || e.hub_id, 'role:central')] FROM event e WHERE e.id = r.event_id)$$, record => 'r.event_id');

-- Training in the Thriving Lives Toolkit.
CREATE TABLE scip.course (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  name scip.label NOT NULL,
  name_cy scip.label,
  summary text CHECK (length(summary) <= 4000),
  summary_cy text CHECK (length(summary_cy) <= 4000),
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED
);
CALL scip.publish('course');
CALL scip.keep_records('course', 'course');
CALL scip.let_central_write('course');

CREATE TABLE scip.training_session (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
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
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  day date NOT NULL GENERATED ALWAYS AS ((starts_at AT TIME ZONE 'Europe/London')::date) STORED,
  CONSTRAINT training_session_times CHECK (ends_at > starts_at)
);
CREATE INDEX ON scip.training_session (course_id);
CREATE INDEX ON scip.training_session (hub_id);
CREATE INDEX ON scip.training_session (day, id);
CALL scip.protect('training_session');
GRANT SELECT ON scip.training_session TO scip_anonymous;
CREATE POLICY read ON scip.training_session FOR SELECT TO scip_anonymous USING (status <> 'draft');
CALL scip.let('training_session', $$status <> 'draft' OR ctx.writes(hub_id, NULL)$$, 'ctx.writes(hub_id, NULL)');
CALL scip.keep_records('training_session', 'training_session', 'r.id',
  $$CASE WHEN r.status <> 'draft' THEN ARRAY['public'] ELSE ARRAY[coalesce('hub-lead:' || r.hub_id, 'role:central')] END$$);

-- place orders the waiting list. The account is that of the website's back end, or of the staff who booked.
CREATE TABLE scip.booking (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id uuid NOT NULL REFERENCES scip.training_session,
  person_id uuid NOT NULL REFERENCES scip.person,
  account_id uuid REFERENCES scip.account ON DELETE SET NULL,
  organisation_id bigint REFERENCES scip.organisation,
  organisation_name scip.label,
  sector scip.sector,
  place bigint GENERATED ALWAYS AS IDENTITY,
  status text NOT NULL CHECK (status IN ('confirmed', 'waiting', 'cancelled')),
  attended boolean,
  feedback_sha256 bytea UNIQUE CHECK (length(feedback_sha256) = 32),
  certificate text UNIQUE CHECK (certificate ~ '^[A-Z0-9]{4}(-[A-Z0-9]{4}){3}$'),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT booking_organisation CHECK (num_nonnulls(organisation_id, organisation_name) <= 1),
  CONSTRAINT booking_attended CHECK (attended IS NULL OR status = 'confirmed'),
  CONSTRAINT booking_certificate CHECK (certificate IS NULL OR attended)
);
CREATE UNIQUE INDEX booking_once ON scip.booking (session_id, person_id) WHERE status <> 'cancelled';
CREATE INDEX ON scip.booking (session_id, status, place);
CREATE INDEX ON scip.booking (person_id);
CREATE INDEX ON scip.booking (account_id);
CREATE INDEX ON scip.booking (organisation_id);

-- Apart from all else, and gone 30 days after the session.
CREATE TABLE scip.booking_need (
  booking_id uuid PRIMARY KEY REFERENCES scip.booking ON DELETE CASCADE,
  dietary text CHECK (length(dietary) <= 500),
  access text CHECK (length(access) <= 500),
  CONSTRAINT booking_need_some CHECK (num_nonnulls(dietary, access) > 0)
);
COMMENT ON COLUMN scip.booking_need.dietary IS 'personal: purpose=catering on the day; basis=explicit consent, UK GDPR Art. 9(2)(a); retention=30 days after the session';
COMMENT ON COLUMN scip.booking_need.access IS 'personal: purpose=reasonable adjustments on the day; basis=explicit consent, UK GDPR Art. 9(2)(a); retention=30 days after the session';

CREATE TABLE scip.feedback (
  booking_id uuid PRIMARY KEY REFERENCES scip.booking ON DELETE CASCADE,
  rating int CHECK (rating BETWEEN 1 AND 5),
  principles jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(principles) = 'object'),
  comment text CHECK (length(comment) <= 4000),
  comment_cleared boolean NOT NULL DEFAULT false,
  given_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT feedback_cleared CHECK (NOT comment_cleared OR comment IS NOT NULL)
);
COMMENT ON COLUMN scip.feedback.comment IS 'personal: purpose=to improve the training; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=two years';
COMMENT ON COLUMN scip.feedback.principles IS 'Ratings 1 to 5 by the slug of a principle';

-- Schools judge themselves by the Toolkit's principles: emerging, developing, embedding. Their own and the central
-- team's; others see sums.
CREATE TABLE scip.self_assessment (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL REFERENCES scip.organisation,
  principle_id bigint NOT NULL REFERENCES scip.toolkit_principle,
  stage text NOT NULL CHECK (stage IN ('emerging', 'developing', 'embedding')),
  assessed_on date NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT self_assessment_once UNIQUE (organisation_id, principle_id, assessed_on)
);
CREATE INDEX ON scip.self_assessment (principle_id);

-- Past months and years as what they are: totals, with where they come from, never rows that nobody recorded.
CREATE TABLE scip.closed_total (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  metric scip.code NOT NULL,
  period text NOT NULL CHECK (period ~ '^[0-9]{4}(-M(0[1-9]|1[0-2])|-[0-9]{2})?$'),
  hub_id bigint REFERENCES scip.hub,
  item scip.slug,
  class scip.code,
  value numeric NOT NULL CHECK (value >= 0 AND value < 'Infinity'),
  sources scip.sources NOT NULL,
  note text CHECK (length(note) <= 2000),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT closed_total_once UNIQUE NULLS NOT DISTINCT (metric, period, hub_id, item, class)
);
CREATE INDEX ON scip.closed_total (hub_id);
COMMENT ON COLUMN scip.closed_total.period IS 'A month 2021-M11, an academic year 2021-22 or a calendar year 2021';
COMMENT ON COLUMN scip.closed_total.item IS 'Of counts by item: the slug of a document or resource';

CREATE FUNCTION ctx.handles_booking(booking uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
RETURN EXISTS (SELECT FROM scip.booking b JOIN scip.training_session s ON s.id = b.session_id
               WHERE b.id = booking AND (b.account_id = ctx.account() OR ctx.writes(s.hub_id, NULL)));
CREATE FUNCTION ctx.handles_session(session uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
RETURN EXISTS (SELECT FROM scip.training_session s WHERE s.id = session AND ctx.writes(s.hub_id, NULL));
GRANT EXECUTE ON FUNCTION ctx.handles_booking, ctx.handles_session TO scip_writer;

CALL scip.protect('booking', 'booking_need', 'feedback', 'self_assessment', 'closed_total');
-- The website sees the bookings that it made; staff those of their sessions.
CALL scip.let('booking', 'account_id = (SELECT ctx.account()) OR person_id = (SELECT ctx.person()) OR ctx.handles_session(session_id)',
  $$account_id = (SELECT ctx.account()) AND 'website' = ANY ((SELECT ctx.roles())::text[]) OR ctx.handles_session(session_id)$$);
CALL scip.let('booking_need', 'ctx.handles_booking(booking_id)', 'ctx.handles_booking(booking_id)');
CALL scip.let('feedback', 'ctx.handles_booking(booking_id)', 'ctx.handles_booking(booking_id)');
CALL scip.let('self_assessment', '(SELECT ctx.central()) OR organisation_id = ANY ((SELECT ctx.organisations())::bigint[])',
  '(SELECT ctx.central()) OR organisation_id = ANY ((SELECT ctx.organisations())::bigint[])');
CALL scip.let('closed_total', '(SELECT ctx.central())', '(SELECT ctx.central())');

CALL scip.keep_records('booking', 'booking', 'r.id', $$coalesce(ARRAY['account:' || r.account_id], '{}')
  || coalesce((SELECT ARRAY['hub-lead:' || s.hub_id] FROM training_session s WHERE s.id = r.session_id AND s.hub_id IS NOT NULL), ARRAY['role:central'])$$,
  personal => '{feedback_sha256}');
CALL scip.keep_records('booking_need', NULL, 'NULL', 'NULL', record => 'r.booking_id', personal => '{dietary,access}');
CALL scip.keep_records('feedback', 'feedback', 'r.booking_id', $$ARRAY['role:central']$$, record => 'r.booking_id', personal => '{comment}');
CALL scip.keep_records('self_assessment', 'self_assessment', 'r.id', $$ARRAY['organisation:' || r.organisation_id]$$);
CALL scip.keep_records('closed_total', 'closed_total', 'r.id', $$ARRAY['role:central']$$);

INSERT INTO scip.kind_address VALUES ('programme', '/v1/programmes/'), ('course', '/v1/training/courses/'),
  ('training_session', '/v1/training/sessions/'), ('booking', '/v1/bookings/'), ('event_outreach', '/v1/events/'),
  ('self_assessment', '/v1/self-assessments/'), ('closed_total', '/v1/closed-totals/');

COMMIT;
