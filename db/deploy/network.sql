-- A Hub's year: members, quorum, activities; meetings of Hubs and groups with agenda, attendance and minutes;
-- quarterly updates; messages down and up. Tables and who may see and write them; rules that more than one row
-- makes are in the changes after this one.
BEGIN;
SET LOCAL client_min_messages = warning;

-- One list of sectors for organisations, invitations and members.
CREATE DOMAIN scip.sector AS text CONSTRAINT sector
  CHECK (VALUE IN ('he', 'fe', 'school_sector', 'local_authority', 'charity', 'government', 'armed_forces', 'research', 'careers', 'other'));

-- Academic years begin on 1 September, the first one in the year 1, the last one in 9998: all their days are dates as the contract has them; their quarters are September-November, …, June-August.
CREATE FUNCTION scip.academic_year(day date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (SELECT lpad(y::text, 4, '0') || '-' || lpad(((y + 1) % 100)::text, 2, '0')
        FROM (SELECT extract(year FROM day)::int - CASE WHEN extract(month FROM day) < 9 THEN 1 ELSE 0 END AS y) of);
CREATE FUNCTION scip.is_academic_year(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN value ~ '^(?!0000|9999)[0-9]{4}-[0-9]{2}$' AND (left(value, 4)::int + 1) % 100 = right(value, 2)::int;
CREATE FUNCTION scip.year_start(year text) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN make_date(coalesce(nullif(left(year, 4)::int, 0), -1), 9, 1); -- the one that 1 January 0001 is in began before that
CREATE FUNCTION scip.quarter(day date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN scip.academic_year(day) || '-Q' || ((extract(month FROM day)::int + 3) % 12) / 3 + 1;
CREATE FUNCTION scip.quarter_end(quarter text) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (scip.year_start(left(quarter, 7)) + right(quarter, 1)::int * interval '3 months' - interval '1 day')::date;
CREATE DOMAIN scip.year_name AS text CONSTRAINT year_name CHECK (scip.is_academic_year(VALUE));
CREATE DOMAIN scip.quarter_name AS text CONSTRAINT quarter_name CHECK (scip.is_academic_year(left(VALUE, 7)) AND VALUE ~ '^.{7}-Q[1-4]$');
GRANT EXECUTE ON FUNCTION scip.academic_year, scip.is_academic_year, scip.year_start, scip.quarter, scip.quarter_end TO scip_anonymous, scip_writer;

-- A professional in a Hub for a time, with what they represent then: another organisation or sector is another row.
CREATE TABLE scip.hub_membership (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  hub_id bigint NOT NULL REFERENCES scip.hub,
  person_id uuid NOT NULL REFERENCES scip.person,
  organisation_id bigint REFERENCES scip.organisation,
  organisation_name scip.label,
  sector scip.sector NOT NULL,
  ambassador boolean NOT NULL DEFAULT false,
  starts date NOT NULL,
  ends date,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT hub_membership_organisation CHECK (num_nonnulls(organisation_id, organisation_name) <= 1),
  CONSTRAINT hub_membership_dates CHECK (ends > starts),
  CONSTRAINT hub_membership_once EXCLUDE USING gist (hub_id WITH =, person_id WITH =, daterange(starts, ends) WITH &&)
);
CREATE INDEX ON scip.hub_membership (person_id);
CREATE INDEX ON scip.hub_membership (organisation_id);
COMMENT ON COLUMN scip.hub_membership.ends IS 'The first day without it';

-- The rule of a Hub from a day on; a Hub without one has scip.quorum_of()'s default.
CREATE TABLE scip.hub_quorum (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  hub_id bigint NOT NULL REFERENCES scip.hub,
  starts date NOT NULL,
  sectors text[] NOT NULL CHECK (sectors <@ ARRAY['he', 'fe', 'school_sector', 'local_authority', 'charity', 'government',
                                                  'armed_forces', 'research', 'careers', 'other']),
  minimum int NOT NULL CHECK (minimum BETWEEN 1 AND 1000),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT hub_quorum_once UNIQUE (hub_id, starts)
);

-- young_people and interventions are numbers, and no more is known of anybody.
CREATE TABLE scip.activity (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  hub_id bigint NOT NULL REFERENCES scip.hub,
  kind text NOT NULL CHECK (kind IN ('hub_led', 'member_because_of_hub', 'outreach')),
  held_on date NOT NULL,
  title scip.label NOT NULL,
  description text CHECK (length(description) <= 10000),
  themes text[] NOT NULL DEFAULT '{}' CHECK (array_position(themes, NULL) IS NULL),
  membership_id uuid REFERENCES scip.hub_membership,
  programme scip.slug,
  interventions int CHECK (interventions >= 0),
  young_people int CHECK (young_people >= 0),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT activity_reporter CHECK (kind <> 'member_because_of_hub' OR membership_id IS NOT NULL),
  CONSTRAINT activity_outreach CHECK (kind = 'outreach' OR num_nonnulls(interventions, young_people, programme) = 0)
);
CREATE INDEX ON scip.activity (hub_id, held_on);
CREATE INDEX ON scip.activity (membership_id);
COMMENT ON COLUMN scip.activity.programme IS 'Of outreach: the slug of the programme that it is of';

-- A seat of a group for a time: who it is for, and who holds it; no person is a vacancy.
CREATE TABLE scip.group_seat (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  group_id bigint NOT NULL REFERENCES scip.alliance_group,
  title scip.label NOT NULL,
  organisation_id bigint REFERENCES scip.organisation,
  sector scip.sector,
  person_id uuid REFERENCES scip.person,
  starts date NOT NULL,
  ends date,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT group_seat_dates CHECK (ends > starts)
);
CREATE INDEX ON scip.group_seat (group_id);
CREATE INDEX ON scip.group_seat (organisation_id);
CREATE INDEX ON scip.group_seat (person_id);

CREATE TABLE scip.meeting (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  hub_id bigint REFERENCES scip.hub,
  group_id bigint REFERENCES scip.alliance_group,
  kind text NOT NULL DEFAULT 'ordinary' CHECK (kind IN ('inaugural', 'ordinary')),
  title scip.label NOT NULL,
  starts_at timestamptz NOT NULL,
  venue text CHECK (length(venue) <= 500),
  online boolean NOT NULL DEFAULT false,
  status text NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'held', 'cancelled')),
  guests int CHECK (guests >= 0),
  agenda_completed_at timestamptz,
  attendance_shared_at timestamptz,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  day date NOT NULL GENERATED ALWAYS AS ((starts_at AT TIME ZONE 'Europe/London')::date) STORED,
  CONSTRAINT meeting_of_one CHECK (num_nonnulls(hub_id, group_id) = 1),
  CONSTRAINT meeting_inaugural CHECK (kind = 'ordinary' OR hub_id IS NOT NULL),
  CONSTRAINT meeting_guests CHECK (guests IS NULL OR status = 'held')
);
CREATE INDEX ON scip.meeting (hub_id, day);
CREATE INDEX ON scip.meeting (group_id, day);
CREATE UNIQUE INDEX meeting_one_inaugural ON scip.meeting (hub_id) WHERE kind = 'inaugural' AND status <> 'cancelled';
COMMENT ON COLUMN scip.meeting.day IS 'Of its start, in Europe/London';

-- heading: one of the five that a Hub's ordinary meeting covers; groups have free agendas.
CREATE TABLE scip.agenda_item (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  meeting_id uuid NOT NULL REFERENCES scip.meeting ON DELETE CASCADE,
  ordinal int NOT NULL CHECK (ordinal > 0),
  heading text CHECK (heading IN ('practice', 'challenges', 'ideas', 'priorities', 'questions')),
  title scip.label NOT NULL,
  intended_outcome text CHECK (length(intended_outcome) <= 2000),
  led_by text CHECK (length(led_by) <= 200),
  notes text CHECK (length(notes) <= 20000),
  outcome text CHECK (outcome IN ('addressed', 'nothing_raised')),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT agenda_item_order UNIQUE (meeting_id, ordinal) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT agenda_item_heading UNIQUE (meeting_id, heading)
);
COMMENT ON COLUMN scip.agenda_item.led_by IS 'A body or a post, not a person''s name';

CREATE TABLE scip.attendance (
  meeting_id uuid REFERENCES scip.meeting ON DELETE CASCADE,
  person_id uuid REFERENCES scip.person,
  state text NOT NULL CHECK (state IN ('present', 'apologies', 'absent')),
  PRIMARY KEY (meeting_id, person_id)
);
CREATE INDEX ON scip.attendance (person_id);

CREATE TABLE scip.resolution (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  meeting_id uuid NOT NULL REFERENCES scip.meeting ON DELETE CASCADE,
  text text NOT NULL CHECK (scip.shows(text) AND length(text) <= 4000),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON scip.resolution (meeting_id);

CREATE TABLE scip.action (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  meeting_id uuid NOT NULL REFERENCES scip.meeting ON DELETE CASCADE,
  text text NOT NULL CHECK (scip.shows(text) AND length(text) <= 4000),
  owner_id uuid REFERENCES scip.person,
  due_on date,
  done_on date,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON scip.action (meeting_id);
CREATE INDEX ON scip.action (owner_id);

-- draft, then approved, then shared with all Hubs and never changed again; a correction is the next number.
CREATE TABLE scip.minutes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  meeting_id uuid NOT NULL REFERENCES scip.meeting,
  number int NOT NULL CHECK (number > 0),
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'approved', 'shared')),
  text text NOT NULL CHECK (scip.shows(text) AND length(text) <= 200000),
  approved_at timestamptz,
  approved_by uuid REFERENCES scip.account ON DELETE SET NULL,
  shared_at timestamptz,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT minutes_number UNIQUE (meeting_id, number),
  CONSTRAINT minutes_status CHECK ((approved_at IS NULL) = (status = 'draft') AND (shared_at IS NOT NULL) = (status = 'shared'))
);
CREATE UNIQUE INDEX minutes_one_open ON scip.minutes (meeting_id) WHERE status <> 'shared';
CREATE INDEX ON scip.minutes (approved_by);

-- Due 21 days after the quarter unless the central team sets another day; locked afterwards but for an exception.
CREATE TABLE scip.quarter_deadline (
  quarter scip.quarter_name PRIMARY KEY,
  due_on date NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT quarter_deadline_after CHECK (due_on > scip.quarter_end(quarter))
);
CREATE TABLE scip.update_exception (
  hub_id bigint REFERENCES scip.hub,
  quarter scip.quarter_name,
  until date NOT NULL,
  reason text NOT NULL CHECK (scip.shows(reason) AND length(reason) <= 2000),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (hub_id, quarter)
);
CREATE TABLE scip.quarterly_update (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  hub_id bigint NOT NULL REFERENCES scip.hub,
  quarter scip.quarter_name NOT NULL,
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'submitted')),
  nil_return boolean NOT NULL DEFAULT false,
  practice text, challenges text, ideas text, priorities text, questions text,
  member_updates text,
  submitted_at timestamptz,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT quarterly_update_once UNIQUE (hub_id, quarter),
  CONSTRAINT quarterly_update_submitted CHECK ((submitted_at IS NOT NULL) = (status = 'submitted')),
  CONSTRAINT quarterly_update_nil CHECK (NOT nil_return OR num_nonnulls(practice, challenges, ideas, priorities, questions, member_updates) = 0)
);

-- down: from a group (or, without one, the central team) to all Hubs, each of which relays it to its members.
-- up: from a Hub to a group, with the response and the means chosen for it (framework: conference inputs, website
-- content, project development, informing Research Group priorities, and more).
CREATE TABLE scip.message (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  direction text NOT NULL CHECK (direction IN ('down', 'up')),
  group_id bigint REFERENCES scip.alliance_group,
  hub_id bigint REFERENCES scip.hub,
  kind text CHECK (kind IN ('practice', 'challenge', 'idea', 'priority', 'question')),
  title scip.label NOT NULL,
  text text NOT NULL CHECK (scip.shows(text) AND length(text) <= 20000),
  sent_on date NOT NULL DEFAULT scip.today(),
  response text CHECK (scip.shows(response) AND length(response) <= 20000),
  means text CHECK (means IN ('conference_input', 'website_content', 'project_development', 'research_priority', 'direct_reply', 'other')),
  responded_on date,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT message_way CHECK (CASE direction WHEN 'down' THEN num_nonnulls(hub_id, kind, response, means, responded_on) = 0
                                               ELSE num_nulls(hub_id, kind) = 0 END),
  CONSTRAINT message_response CHECK (num_nonnulls(response, means, responded_on) IN (0, 3))
);
CREATE INDEX ON scip.message (sent_on, id);
CREATE INDEX ON scip.message (hub_id);
CREATE INDEX ON scip.message (group_id);
CREATE TABLE scip.message_relay (
  message_id uuid REFERENCES scip.message ON DELETE CASCADE,
  hub_id bigint REFERENCES scip.hub,
  relayed_on date NOT NULL,
  how text CHECK (length(how) <= 2000),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (message_id, hub_id)
);
CREATE INDEX ON scip.message_relay (hub_id);

-- That the Hub's operation was looked at with its partners, once a year.
CREATE TABLE scip.hub_review (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  hub_id bigint NOT NULL REFERENCES scip.hub,
  reviewed_on date NOT NULL,
  note text NOT NULL CHECK (scip.shows(note) AND length(note) <= 10000),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON scip.hub_review (hub_id, reviewed_on);

-- Who belongs to any Hub or group of the network.
CREATE FUNCTION ctx.in_network() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN cardinality(ctx.hubs()) + cardinality(ctx.groups()) > 0 OR ctx.central();
-- What the caller may see and write of a Hub or a group.
CREATE FUNCTION ctx.sees(hub bigint, alliance_group bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN ctx.central() OR coalesce(hub = ANY (ctx.hubs()), false) OR coalesce(alliance_group = ANY (ctx.groups()), false);
CREATE FUNCTION ctx.writes(hub bigint, alliance_group bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN ctx.central() OR coalesce(hub = ANY (ctx.hubs_led()), false) OR coalesce(alliance_group = ANY (ctx.groups()), false);
-- Of a meeting's parts: as of the meeting.
CREATE FUNCTION ctx.writes_meeting(meeting uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
RETURN EXISTS (SELECT FROM scip.meeting m WHERE m.id = meeting AND ctx.writes(m.hub_id, m.group_id));
CREATE FUNCTION ctx.sees_meeting(meeting uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
RETURN EXISTS (SELECT FROM scip.meeting m WHERE m.id = meeting AND ctx.sees(m.hub_id, m.group_id));
GRANT EXECUTE ON FUNCTION ctx.in_network, ctx.sees, ctx.writes, ctx.writes_meeting, ctx.sees_meeting TO scip_writer;

CALL scip.protect('hub_membership', 'hub_quorum', 'activity', 'group_seat', 'meeting', 'agenda_item', 'attendance',
  'resolution', 'action', 'minutes', 'quarter_deadline', 'update_exception', 'quarterly_update', 'message', 'message_relay', 'hub_review');

-- One policy a command: who sees, and who writes.
CREATE PROCEDURE scip.let(t text, sees text, writes text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON scip.%I TO scip_writer', t);
  EXECUTE format('CREATE POLICY see ON scip.%I FOR SELECT TO scip_writer USING (%s)', t, sees);
  EXECUTE format('CREATE POLICY add ON scip.%I FOR INSERT TO scip_writer WITH CHECK (%s)', t, writes);
  EXECUTE format('CREATE POLICY change ON scip.%I FOR UPDATE TO scip_writer USING (%s)', t, writes);
  EXECUTE format('CREATE POLICY remove ON scip.%I FOR DELETE TO scip_writer USING (%s)', t, writes);
END $$;
-- Leads see their Hub's members, a member itself.
CALL scip.let('hub_membership', 'ctx.writes(hub_id, NULL) OR person_id = (SELECT ctx.person())', 'ctx.writes(hub_id, NULL)');
CALL scip.let('hub_quorum', 'ctx.sees(hub_id, NULL)', 'ctx.writes(hub_id, NULL)');
CALL scip.let('activity', 'ctx.sees(hub_id, NULL)', 'ctx.writes(hub_id, NULL)');
CALL scip.let('group_seat', 'ctx.sees(NULL, group_id)', '(SELECT ctx.central())');
CALL scip.let('meeting', 'ctx.sees(hub_id, group_id)', 'ctx.writes(hub_id, group_id)');
CALL scip.let('agenda_item', 'ctx.sees_meeting(meeting_id)', 'ctx.writes_meeting(meeting_id)');
CALL scip.let('attendance', 'ctx.writes_meeting(meeting_id) OR person_id = (SELECT ctx.person())', 'ctx.writes_meeting(meeting_id)');
CALL scip.let('resolution', 'ctx.sees_meeting(meeting_id)', 'ctx.writes_meeting(meeting_id)');
CALL scip.let('action', 'ctx.sees_meeting(meeting_id)', 'ctx.writes_meeting(meeting_id)');
CALL scip.let('minutes', $$status = 'shared' AND (SELECT ctx.in_network()) OR status = 'approved' AND ctx.sees_meeting(meeting_id)
  OR ctx.writes_meeting(meeting_id)$$, 'ctx.writes_meeting(meeting_id)');
CALL scip.let('quarter_deadline', '(SELECT ctx.in_network())', '(SELECT ctx.central())');
CALL scip.let('update_exception', 'ctx.sees(hub_id, NULL) OR (SELECT ctx.decides())', '(SELECT ctx.central())');
CALL scip.let('quarterly_update', $$ctx.writes(hub_id, NULL) OR status = 'submitted' AND (ctx.sees(hub_id, NULL) OR (SELECT ctx.decides()))$$,
  'ctx.writes(hub_id, NULL)');
CALL scip.let('message', $$CASE direction WHEN 'down' THEN (SELECT ctx.in_network()) ELSE ctx.sees(hub_id, group_id) END$$,
  $$ctx.writes(CASE direction WHEN 'up' THEN hub_id END, group_id)$$);
CALL scip.let('message_relay', 'ctx.sees(hub_id, NULL) OR cardinality((SELECT ctx.groups())) > 0', 'ctx.writes(hub_id, NULL)');
CALL scip.let('hub_review', 'ctx.sees(hub_id, NULL)', 'ctx.writes(hub_id, NULL)');

CALL scip.keep_records('person', 'person', 'r.id', $$ARRAY['role:central']$$, personal => '{name,email}');
CALL scip.keep_records('hub_membership', 'hub_membership', $$(SELECT h.slug || '/members/' || r.id FROM hub h WHERE h.id = r.hub_id)$$, $$ARRAY['hub-lead:' || r.hub_id]$$);
CALL scip.keep_records('hub_quorum', 'hub_quorum', '(SELECT h.slug FROM hub h WHERE h.id = r.hub_id)', $$ARRAY['hub:' || r.hub_id]$$, part => true);
CALL scip.keep_records('activity', 'activity', $$(SELECT h.slug || '/activities/' || r.id FROM hub h WHERE h.id = r.hub_id)$$, $$ARRAY['hub:' || r.hub_id]$$);
CALL scip.keep_records('group_seat', 'group_seat', $$(SELECT g.slug || '/seats/' || r.id FROM alliance_group g WHERE g.id = r.group_id)$$, $$ARRAY['group:' || r.group_id]$$);
CALL scip.keep_records('meeting', 'meeting', 'r.id', $$ARRAY[coalesce('hub:' || r.hub_id, 'group:' || r.group_id)]$$);
CALL scip.keep_records('agenda_item', 'meeting', 'r.meeting_id', $$(SELECT ARRAY[coalesce('hub:' || m.hub_id, 'group:' || m.group_id)] FROM meeting m WHERE m.id = r.meeting_id)$$, part => true);
CALL scip.keep_records('attendance', 'meeting', 'r.meeting_id', $$(SELECT ARRAY[coalesce('hub:' || m.hub_id, 'group:' || m.group_id)] FROM meeting m WHERE m.id = r.meeting_id)$$, part => true, record => $$concat_ws('/', r.meeting_id, r.person_id)$$);
CALL scip.keep_records('resolution', 'meeting', 'r.meeting_id', $$(SELECT ARRAY[coalesce('hub:' || m.hub_id, 'group:' || m.group_id)] FROM meeting m WHERE m.id = r.meeting_id)$$, part => true);
CALL scip.keep_records('action', 'meeting', 'r.meeting_id', $$(SELECT ARRAY[coalesce('hub:' || m.hub_id, 'group:' || m.group_id)] FROM meeting m WHERE m.id = r.meeting_id)$$, part => true);
CALL scip.keep_records('minutes', 'minutes', 'r.id', $$CASE r.status WHEN 'shared' THEN ARRAY['role:hub_lead', 'role:hub_member', 'role:group_member']
  ELSE (SELECT ARRAY[coalesce(CASE r.status WHEN 'approved' THEN 'hub:' ELSE 'hub-lead:' END || m.hub_id, 'group:' || m.group_id)] FROM meeting m WHERE m.id = r.meeting_id) END$$);
CALL scip.keep_records('quarter_deadline', 'quarter', 'r.quarter', $$ARRAY['role:hub_lead', 'role:hub_member', 'role:group_member']$$, record => 'r.quarter');
CALL scip.keep_records('update_exception', 'quarterly_update', $$(SELECT h.slug || '/updates/' || r.quarter FROM hub h WHERE h.id = r.hub_id)$$,
  $$ARRAY['hub:' || r.hub_id]$$, part => true, record => $$concat_ws('/', r.hub_id, r.quarter)$$);
CALL scip.keep_records('quarterly_update', 'quarterly_update', $$(SELECT h.slug || '/updates/' || r.quarter FROM hub h WHERE h.id = r.hub_id)$$,
  $$CASE r.status WHEN 'submitted' THEN ARRAY['hub:' || r.hub_id] || ARRAY(SELECT 'group:' || g.id FROM alliance_group g WHERE g.decides_applications)
    ELSE ARRAY['hub-lead:' || r.hub_id] END$$);
CALL scip.keep_records('message', 'message', 'r.id', $$CASE r.direction WHEN 'down' THEN ARRAY['role:hub_lead', 'role:hub_member', 'role:group_member']
  ELSE ARRAY['hub:' || r.hub_id] || coalesce(ARRAY['group:' || r.group_id], '{}') END$$);
CALL scip.keep_records('message_relay', 'message', '(SELECT m.id FROM message m WHERE m.id = r.message_id)', $$ARRAY['hub:' || r.hub_id, 'role:group_member']$$, part => true, record => $$concat_ws('/', r.message_id, r.hub_id)$$);
CALL scip.keep_records('hub_review', 'hub_review', $$(SELECT h.slug || '/reviews/' || r.id FROM hub h WHERE h.id = r.hub_id)$$, $$ARRAY['hub:' || r.hub_id]$$);

COMMIT;
