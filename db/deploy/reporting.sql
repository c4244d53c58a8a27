-- What a Hub reports and hears: activities, quarterly updates and their locks, messages, reviews; and the rules of the
-- framework as one list for each Hub and academic year.
BEGIN;
SET LOCAL client_min_messages = warning;

-- young_people and interventions are numbers, and no more is known of anybody.
CREATE TABLE scip.activity (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  kind text NOT NULL REFERENCES term.activity_kind,
  held_on date NOT NULL,
  title scip.label NOT NULL,
  description text CHECK (length(description) <= 10000),
  themes text[] NOT NULL DEFAULT '{}' CHECK (array_position(themes, NULL) IS NULL),
  membership_id uuid REFERENCES scip.hub_membership,
  programme scip.slug CONSTRAINT activity_programme REFERENCES scip.programme (slug) ON UPDATE CASCADE,
  interventions int CHECK (interventions >= 0),
  young_people int CHECK (young_people >= 0),
  CONSTRAINT activity_reporter CHECK (kind <> 'member_because_of_hub' OR membership_id IS NOT NULL),
  CONSTRAINT activity_outreach CHECK (kind = 'outreach' OR num_nonnulls(interventions, young_people, programme) = 0)
);
CALL scip.hold_to_terms('activity', 'theme', '$.themes[*]');
CREATE INDEX ON scip.activity (hub_id, held_on);
COMMENT ON COLUMN scip.activity.programme IS 'Of outreach: the slug of the programme that it is of';

-- Due so many days after the quarter unless the central team sets another day; locked afterwards but for an exception.
CREATE TABLE scip.quarter_deadline (
  quarter scip.quarter_name PRIMARY KEY,
  due_on date NOT NULL,
  LIKE ctx.record INCLUDING DEFAULTS,
  CONSTRAINT quarter_deadline_after CHECK (due_on > scip.quarter_end(quarter))
);
CREATE TABLE scip.quarterly_update_extension (
  hub_id bigint REFERENCES scip.hub,
  quarter scip.quarter_name,
  open_until date NOT NULL,
  reason text NOT NULL CHECK (scip.shows(reason) AND length(reason) <= 2000),
  LIKE ctx.record INCLUDING DEFAULTS,
  PRIMARY KEY (hub_id, quarter)
);
CREATE TABLE scip.quarterly_update (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  quarter scip.quarter_name NOT NULL,
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'submitted')),
  nil_return boolean NOT NULL DEFAULT false,
  practice text, challenges text, ideas text, priorities text, questions text,
  member_updates text,
  submitted_at timestamptz,
  CONSTRAINT quarterly_update_once UNIQUE (hub_id, quarter),
  CONSTRAINT quarterly_update_submitted CHECK ((submitted_at IS NOT NULL) = (status = 'submitted')),
  CONSTRAINT quarterly_update_nil CHECK (NOT nil_return
    OR num_nonnulls(practice, challenges, ideas, priorities, questions, member_updates) = 0),
  CONSTRAINT quarterly_update_texts CHECK (scip.shows(practice) AND scip.shows(challenges) AND scip.shows(ideas)
    AND scip.shows(priorities) AND scip.shows(questions) AND scip.shows(member_updates))
);
CREATE INDEX ON scip.quarterly_update (quarter, hub_id, nil_return) WHERE status = 'submitted';

-- What a Hub reports to a national meeting: an item of its agenda, begun from the Hub's last update. The Hub's own until it is submitted.
CREATE TABLE scip.hub_report (
  LIKE scip.quarterly_update INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
  group_id bigint NOT NULL REFERENCES scip.alliance_group,
  meeting_id uuid NOT NULL REFERENCES scip.meeting ON DELETE CASCADE,
  agenda_item_id uuid NOT NULL UNIQUE REFERENCES scip.agenda_item ON DELETE CASCADE,
  response text CHECK (scip.shows(response) AND length(response) <= 20000),
  responded_on date,
  PRIMARY KEY (id), FOREIGN KEY (hub_id) REFERENCES scip.hub
);
ALTER TABLE scip.hub_report ALTER quarter DROP NOT NULL;

-- down: from a group (or, without one, the central team) to all Hubs, each of which relays it to its members; out of an item of a meeting.
-- from_hub: from a Hub to a group, with the response and the means chosen for it (framework: conference inputs, website
-- content, project development, informing Research Group priorities, and more); the others answer what is open to them.
CREATE TABLE scip.message (
  LIKE ctx.entry INCLUDING ALL,
  direction text NOT NULL CHECK (direction IN ('to_hubs', 'from_hub')),
  group_id bigint REFERENCES scip.alliance_group,
  hub_id bigint REFERENCES scip.hub,
  kind text REFERENCES term.message_kind,
  title scip.label NOT NULL,
  text text NOT NULL CHECK (scip.shows(text) AND length(text) <= 20000),
  sent_on date NOT NULL DEFAULT scip.today(),
  agenda_item_id uuid REFERENCES scip.agenda_item,
  open_to_hubs boolean NOT NULL DEFAULT false,
  response text CHECK (scip.shows(response) AND length(response) <= 20000),
  response_channel text REFERENCES term.response_channel,
  responded_on date,
  CONSTRAINT message_way CHECK (CASE direction WHEN 'to_hubs' THEN num_nonnulls(hub_id, kind, response, response_channel, responded_on) = 0
    AND NOT open_to_hubs ELSE num_nulls(hub_id, kind) = 0 AND agenda_item_id IS NULL END),
  CONSTRAINT message_response CHECK (num_nonnulls(response, response_channel, responded_on) IN (0, 3))
);
CREATE INDEX ON scip.message (created_at, id);
CREATE INDEX ON scip.message (updated_at);
CREATE INDEX ON scip.message (sent_on, id) WHERE direction = 'to_hubs';
CREATE INDEX ON scip.message (kind, created_at, id);
CREATE INDEX ON scip.message (created_at, id) WHERE responded_on IS NOT NULL;
CREATE INDEX ON scip.message (created_at, id) WHERE open_to_hubs;
ALTER TABLE scip.message ALTER hub_id SET (n_distinct = -0.5), ALTER group_id SET (n_distinct = -0.5); -- a caller has few, ten are assumed
CREATE TABLE scip.message_relay (
  message_id uuid REFERENCES scip.message ON DELETE CASCADE,
  hub_id bigint REFERENCES scip.hub,
  relayed_on date NOT NULL,
  note text CHECK (length(note) <= 2000),
  LIKE ctx.record INCLUDING DEFAULTS,
  PRIMARY KEY (message_id, hub_id)
);
CREATE TABLE scip.message_answer (
  message_id uuid REFERENCES scip.message,
  hub_id bigint REFERENCES scip.hub,
  text text NOT NULL CHECK (scip.shows(text) AND length(text) <= 20000),
  answered_on date NOT NULL DEFAULT scip.today(),
  LIKE ctx.record INCLUDING DEFAULTS,
  PRIMARY KEY (message_id, hub_id)
);

-- That the Hub's operation was looked at with its partners, once a year.
CREATE TABLE scip.hub_review (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  reviewed_on date NOT NULL,
  note text NOT NULL CHECK (scip.shows(note) AND length(note) <= 10000)
);
CREATE INDEX ON scip.hub_review (hub_id, reviewed_on);

CALL scip.protect('activity', 'quarter_deadline', 'quarterly_update_extension', 'quarterly_update', 'message', 'message_relay',
  'message_answer', 'hub_review', 'hub_report');
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.activity, scip.quarterly_update_extension, scip.message_relay, scip.message_answer,
  scip.hub_review TO scip_caller;
GRANT SELECT, INSERT, UPDATE ON scip.quarter_deadline, scip.quarterly_update TO scip_caller;
GRANT SELECT, UPDATE ON scip.hub_report TO scip_caller;
-- Messages: from a Hub by its lead, to Hubs from a group by its members; answered by that group or the central team.
GRANT SELECT, INSERT, DELETE, UPDATE (open_to_hubs, response, response_channel, responded_on) ON scip.message TO scip_caller;

CALL scip.track_changes('activity', 'activity', $$(SELECT h.slug || '/activities/' || r.id FROM hub h WHERE h.id = r.hub_id)$$,
  $$ARRAY['hub:' || r.hub_id]$$);
CALL scip.track_changes('quarter_deadline', 'quarter', 'r.quarter', $$ARRAY['role:hub_lead', 'role:hub_member', 'role:group_member']$$,
  record => 'r.quarter');
CALL scip.track_changes('quarterly_update_extension', 'quarterly_update', $$(SELECT h.slug || '/quarterly-updates/' || r.quarter FROM hub h
  WHERE h.id = r.hub_id)$$,
  $$ARRAY['hub:' || r.hub_id]$$, part => true, record => $$concat_ws('/', r.hub_id, r.quarter)$$);
CALL scip.track_changes('quarterly_update', 'quarterly_update', $$(SELECT h.slug || '/quarterly-updates/' || r.quarter FROM hub h
  WHERE h.id = r.hub_id)$$,
  $$CASE r.status WHEN 'submitted' THEN ARRAY['hub:' || r.hub_id] || ARRAY(SELECT 'group:' || g.id FROM alliance_group g
    WHERE g.decides_applications)
    ELSE ARRAY['hub-lead:' || r.hub_id] END$$);
CALL scip.track_changes('message', 'message', 'r.id',
  $$CASE WHEN r.direction = 'to_hubs' OR r.open_to_hubs THEN ARRAY['role:hub_lead', 'role:hub_member', 'role:group_member']
  ELSE ARRAY['hub:' || r.hub_id] || coalesce(ARRAY['group:' || r.group_id], '{}') END$$);
CALL scip.track_changes('message_relay', 'message', '(SELECT m.id FROM message m WHERE m.id = r.message_id)',
  $$ARRAY['hub:' || r.hub_id, 'role:group_member']$$, part => true, record => $$concat_ws('/', r.message_id, r.hub_id)$$);
CALL scip.track_changes('message_answer', 'message', '(SELECT m.id FROM message m WHERE m.id = r.message_id)',
  $$ARRAY['role:hub_lead', 'role:hub_member', 'role:group_member']$$, part => true, record => $$concat_ws('/', r.message_id, r.hub_id)$$);
CALL scip.track_changes('hub_report', 'hub_report', 'r.id', $$CASE r.status WHEN 'draft' THEN ARRAY['hub-lead:' || r.hub_id]
  ELSE ARRAY['hub:' || r.hub_id, 'group:' || r.group_id] END$$);
CALL scip.track_changes('hub_review', 'hub_review', $$(SELECT h.slug || '/reviews/' || r.id FROM hub h WHERE h.id = r.hub_id)$$,
  $$ARRAY['hub:' || r.hub_id]$$);

-- The status with which a list is refused: of a Hub that there is not, or for a period that is none.
CREATE FUNCTION scip.refuse_list(hub text, period text) RETURNS SETOF int LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN hub IS NOT NULL AND NOT EXISTS (SELECT FROM scip.hub h WHERE h.slug = refuse_list.hub) THEN 404 ELSE 400 END
  WHERE hub IS NOT NULL AND NOT EXISTS (SELECT FROM scip.hub h WHERE h.slug = refuse_list.hub)
     OR period IS NOT NULL AND scip.period_name(period) IS NULL
$$;

-- What a Hub was and is: since when at the earliest and at the latest, and up to which day (exclusive; NULL: still).
-- Of a Hub whose start is not known it is its launch, or when the evidence was given.
CREATE FUNCTION scip.hub_phases(hub bigint, OUT status text, OUT since date, OUT since_by date, OUT until date)
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT s.status,
         coalesce(scip.earliest(s.starts), least(scip.earliest(l.launched_on), scip.earliest(s.evidence)), '-infinity'),
         coalesce(scip.latest(s.starts), least(scip.latest(l.launched_on), scip.latest(s.evidence)), '-infinity'),
         scip.earliest(s.ends)
  FROM scip.hub_status s JOIN scip.hub h ON h.id = s.hub_id,
       LATERAL (SELECT CASE s.status WHEN 'active' THEN h.launched_on END::scip.partial_date AS launched_on) l
  WHERE s.hub_id = hub
$$;
CREATE FUNCTION scip.hub_status_on(hub bigint, day date) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT p.status FROM scip.hub_phases(hub) p WHERE p.since <= day ORDER BY p.since DESC, p.until DESC NULLS FIRST LIMIT 1);
CREATE FUNCTION scip.hub_active(hub bigint, first date, last date) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ BEGIN
  RETURN EXISTS (SELECT FROM scip.hub_phases(hub) p
                 WHERE p.status = 'active' AND p.since_by <= first AND (p.until IS NULL OR p.until > last));
END $$;
GRANT EXECUTE ON FUNCTION scip.refuse_list, scip.hub_phases, scip.hub_status_on, scip.hub_active TO scip_caller;

-- Activities: of the past, and what a member did is reported by who was one then.
CALL scip.add_trigger('guard_activity BEFORE INSERT OR UPDATE ON activity', $$
  PERFORM scip.refuse(422, 'date-in-future', 'held_on', 'The activity cannot be held after today.') WHERE NEW.held_on > today();
  PERFORM scip.refuse(422, 'person-not-a-member', 'owner membership items person') WHERE NEW.membership_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM hub_membership m WHERE m.id = NEW.membership_id AND m.hub_id = NEW.hub_id
        AND m.starts <= NEW.held_on AND (m.ends IS NULL OR m.ends > NEW.held_on));
  PERFORM scip.refuse(422, 'reference-not-found', 'programme', 'There is no such programme.')
    WHERE NEW.programme IS NOT NULL AND NOT EXISTS (SELECT FROM programme p WHERE p.slug = NEW.programme);
$$);

-- Quarterly updates: written from the quarter's first day to the day when they are due, or to the end of an exception.
CREATE FUNCTION scip.due_on(quarter text) RETURNS date LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT AS $$ BEGIN
  RETURN coalesce((SELECT d.due_on FROM scip.quarter_deadline d WHERE d.quarter = due_on.quarter),
    scip.quarter_end(quarter) + setting.update_due_days());
END $$;
CREATE FUNCTION scip.open_until(hub bigint, quarter text) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE STRICT
RETURN greatest(scip.due_on(quarter), (SELECT e.open_until FROM scip.quarterly_update_extension e
                                       WHERE e.hub_id = hub AND e.quarter = open_until.quarter));

-- Who writes an update shares a quarter's lock, who moves its deadline or an exception holds it alone: each is wholly
-- before or after the other. There need not be a row to lock, so it is an advisory one, whose next holder sees what the last committed.
CALL scip.add_trigger('lock_quarter BEFORE INSERT OR UPDATE OR DELETE ON quarter_deadline, quarterly_update_extension',
  $$PERFORM pg_advisory_xact_lock(hashtextextended('quarter ' || CASE TG_OP WHEN 'DELETE' THEN OLD.quarter ELSE NEW.quarter END, 0));$$);

CALL scip.add_trigger('guard_update BEFORE INSERT OR UPDATE OR DELETE ON quarterly_update', $$
DECLARE
  r quarterly_update := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('quarter ' || r.quarter, 0));
  PERFORM scip.refuse(409, 'quarter-not-started', '/path/quarter') WHERE quarter_start(r.quarter) > today();
  PERFORM scip.refuse(409, 'update-locked') WHERE open_until(r.hub_id, r.quarter) < today();
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  PERFORM scip.refuse(409, 'update-submitted') WHERE TG_OP = 'UPDATE' AND OLD.status = 'submitted' AND NEW.status <> 'submitted';
  IF NEW.status = 'submitted' AND NOT NEW.nil_return
        AND num_nulls(NEW.practice, NEW.challenges, NEW.ideas, NEW.priorities, NEW.questions) > 0 THEN
    PERFORM scip.refuse(422, 'update-incomplete', string_agg(key, ' '), 'Still missing: ' || string_agg(key, ', ') || '.')
    FROM jsonb_each(to_jsonb(NEW)) WHERE value = 'null' AND key = ANY (scip.terms_with('heading'));
  END IF;
  IF NEW.status = 'submitted' AND (TG_OP = 'INSERT' OR OLD.status = 'draft') THEN
    NEW.submitted_at := now();
  END IF;
$$);
-- To name the status is to submit: the second time is refused.
CALL scip.add_trigger($$once_submitted BEFORE UPDATE OF status ON quarterly_update WHEN (OLD.status = 'submitted')$$,
  $$PERFORM scip.refuse(409, 'update-submitted');$$);
-- A group that works still; SC422 for any other.
CREATE FUNCTION scip.addressed_group(slug text) RETURNS bigint LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
  found record;
BEGIN
  SELECT g.id, g.status INTO found FROM scip.alliance_group g WHERE g.slug = addressed_group.slug;
  PERFORM scip.refuse(422, 'reference-not-found', 'group', 'There is no such group.') WHERE found.id IS NULL;
  PERFORM scip.refuse(422, 'group-closed', 'group') WHERE found.status = 'closed';
  RETURN found.id;
END $$;
GRANT EXECUTE ON FUNCTION scip.due_on, scip.open_until, scip.addressed_group TO scip_caller;

CALL scip.add_trigger('guard_relay BEFORE INSERT OR UPDATE ON message_relay', $$
DECLARE
  sent date;
BEGIN
  -- it may be removed just now
  SELECT m.sent_on INTO sent FROM message m WHERE m.id = NEW.message_id AND m.direction = 'to_hubs' FOR KEY SHARE;
  PERFORM scip.refuse(422, 'relay-before-message', 'relayed_on') WHERE sent IS NULL OR NEW.relayed_on < sent;
  PERFORM scip.refuse(422, 'date-in-future', 'relayed_on', 'The message cannot be relayed after today.') WHERE NEW.relayed_on > today();
$$);

-- What goes out of an agenda item is of its group; the Hub opens its message, which stays open, and the group responds.
CALL scip.add_trigger('guard_item BEFORE INSERT ON message WHEN (NEW.agenda_item_id IS NOT NULL)', $$
  NEW.group_id := coalesce(NEW.group_id, (SELECT m.group_id FROM agenda_item i JOIN meeting m ON m.id = i.meeting_id
    WHERE i.id = NEW.agenda_item_id AND ctx.writes(NULL, m.group_id)));
  PERFORM scip.refuse(422, 'reference-not-found', 'agenda_item', 'There is no such item on an agenda of the group.') WHERE NOT EXISTS (
      SELECT FROM agenda_item i JOIN meeting m ON m.id = i.meeting_id WHERE i.id = NEW.agenda_item_id AND m.group_id = NEW.group_id);
$$);
CALL scip.add_trigger('guard_opening BEFORE UPDATE OF open_to_hubs ON message',
  $$PERFORM scip.refuse(403, 'only-the-hub-lead') WHERE NOT ctx.writes(NEW.hub_id, NULL);$$);
CALL scip.add_trigger('guard_response BEFORE UPDATE OF response ON message, hub_report',
  $$PERFORM scip.refuse(403, 'only-the-group') WHERE NOT ctx.writes(NULL, NEW.group_id);$$);
CALL scip.add_trigger('guard_answer BEFORE INSERT OR UPDATE ON message_answer', $$
  PERFORM scip.refuse(409, 'message-not-open') WHERE NOT EXISTS (
      SELECT FROM message m WHERE m.id = NEW.message_id AND m.open_to_hubs AND m.hub_id <> NEW.hub_id);
$$);

-- Each Hub that is active on the day reports to a national meeting: an item for those that have none. False: not the caller's to do.
CREATE FUNCTION scip.invite_reports(meeting uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF NOT scip.lock_meeting(meeting) THEN
    RETURN false;
  END IF;
  INSERT INTO scip.agenda_item (meeting_id, hub_id, title, led_by)
  SELECT m.id, h.id, 'Report: ' || h.name, 'Lead of ' || h.name FROM scip.meeting m JOIN scip.hub h ON scip.hub_active(h.id, m.day, m.day)
  WHERE m.id = meeting AND NOT EXISTS (SELECT FROM scip.agenda_item i WHERE i.meeting_id = m.id AND i.hub_id = h.id) ORDER BY h.name_sort;
  RETURN true;
END $$;
CALL scip.add_trigger('begin_report AFTER INSERT ON agenda_item WHEN (NEW.hub_id IS NOT NULL)', $$
DECLARE
  m record;
BEGIN
  SELECT t.day, g.id INTO m FROM meeting t JOIN alliance_group g ON g.id = t.group_id AND g.counts_for_representation
  WHERE t.id = NEW.meeting_id;
  PERFORM scip.refuse(409, 'meeting-not-national', 'hub') WHERE NOT FOUND;
  INSERT INTO hub_report (hub_id, group_id, meeting_id, agenda_item_id, quarter, nil_return, practice, challenges, ideas, priorities,
    questions, member_updates)
  SELECT NEW.hub_id, m.id, NEW.meeting_id, NEW.id, u.quarter, coalesce(u.nil_return, false), u.practice, u.challenges, u.ideas,
    u.priorities, u.questions, u.member_updates
  FROM (VALUES (1)) one LEFT JOIN LATERAL (SELECT * FROM quarterly_update q WHERE q.hub_id = NEW.hub_id AND q.status = 'submitted'
    AND quarter_start(q.quarter) <= m.day ORDER BY q.quarter DESC LIMIT 1) u ON true;
$$);
-- The Hub writes its report until there is feedback on it; it cannot be taken off the agenda once it is submitted.
CALL scip.add_trigger('guard_report BEFORE UPDATE OF status, nil_return, practice, challenges, ideas, priorities, questions, member_updates
  ON hub_report', $$
  PERFORM scip.refuse(403, 'only-the-hub-lead') WHERE NOT ctx.writes(NEW.hub_id, NULL);
  PERFORM scip.refuse(409, 'report-has-feedback') WHERE OLD.response IS NOT NULL;
$$);
CALL scip.add_trigger($$guard_removal BEFORE DELETE ON hub_report WHEN (OLD.status = 'submitted')$$,
  $$PERFORM scip.refuse(409, 'report-submitted');$$);

-- A message sent by mistake goes while nobody has acted on it.
CALL scip.add_trigger('guard_message BEFORE DELETE ON message', $$
  PERFORM scip.refuse(409, 'message-has-answers') WHERE EXISTS (SELECT FROM message_answer a WHERE a.message_id = OLD.id);
  PERFORM scip.refuse(409, 'message-responded') WHERE OLD.responded_on IS NOT NULL;
  PERFORM scip.refuse(409, 'message-relayed') WHERE EXISTS (SELECT FROM message_relay r WHERE r.message_id = OLD.id);
$$);

CALL scip.add_trigger('guard_review BEFORE INSERT OR UPDATE ON hub_review',
  $$PERFORM scip.refuse(422, 'date-in-future', 'reviewed_on', 'The review cannot be after today.') WHERE NEW.reviewed_on > scip.today();$$);

-- What was done with young people stands once: of a Hub, day and programme (none is any) either in activities or with the
-- event. Both would be added up. One writer at a time of a Hub looks, after its row is inserted.
CALL scip.add_trigger($$refuse_outreach_twice AFTER INSERT OR UPDATE ON activity WHEN (NEW.kind = 'outreach')$$, $$
DECLARE
  row jsonb := to_jsonb(NEW);
  key text := coalesce(row ->> 'event_id', row ->> 'id');
  hub bigint := CASE WHEN row ? 'event_id' THEN (SELECT e.hub_id FROM event e WHERE e.id = key::bigint) ELSE (row ->> 'hub_id')::bigint END;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('outreach of ' || hub, 0));
  PERFORM scip.refuse(409, 'outreach-entered-twice', 'young_people') WHERE EXISTS (
      SELECT FROM event_outreach o JOIN event e ON e.id = o.event_id LEFT JOIN programme p ON p.id = e.programme_id
      JOIN activity a ON a.hub_id = e.hub_id AND a.held_on BETWEEN e.earliest_on AND e.latest_on
      WHERE e.hub_id = hub AND a.kind = 'outreach' AND num_nonnulls(a.interventions, a.young_people) > 0
        AND e.status <> 'cancelled' AND scip.are_days(e.starts, e.ends) AND coalesce(a.programme = p.slug, true)
        AND key = CASE TG_TABLE_NAME WHEN 'activity' THEN a.id::text ELSE e.id::text END);
$$);
CREATE TRIGGER refuse_outreach_twice AFTER INSERT ON scip.event_outreach
  FOR EACH ROW EXECUTE FUNCTION scip.activity_refuse_outreach_twice();
CREATE TRIGGER refuse_outreach_twice AFTER UPDATE ON scip.event FOR EACH ROW WHEN (NOT scip.redacting()
  AND (OLD.starts, OLD.ends, OLD.hub_id, OLD.programme_id, OLD.status) IS DISTINCT FROM
      (NEW.starts, NEW.ends, NEW.hub_id, NEW.programme_id, NEW.status)
  AND NEW.hub_id IS NOT NULL) EXECUTE FUNCTION scip.activity_refuse_outreach_twice();

-- The rules of the framework for one Hub and academic year, judged on a day: met, not yet (while it may still be),
-- missed (when it may not), or not applicable. Numbers and dates alone; it sees everything, so who may ask is for its
-- callers to say.
CREATE FUNCTION scip.hub_health(hub bigint, year text, day date,
  OUT ordinal int, OUT rule text, OUT title text, OUT state text, OUT evidence jsonb, OUT next_action text, OUT deadline date)
RETURNS SETOF record LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  first_day date := year_start(year);
  last_day date := (year_start(year) + interval '1 year' - interval '1 day')::date;
  running boolean := day <= last_day;
  seen_on date := least(greatest(day, first_day), last_day);
  hub_status text := hub_status_on(hub, seen_on);
  alive boolean := coalesce(hub_status IN ('proposed', 'active'), false);
  -- not the years of its launch, of a pause or of its closing
  whole boolean := hub_active(hub, first_day - 1, last_day);
  wanted int := setting.meetings();
  q record;
BEGIN
  ordinal := 1; rule := 'membership_quorate'; title := 'The membership is quorate';
  deadline := last_day;
  SELECT CASE WHEN NOT alive THEN 'not_applicable' WHEN j.quorate THEN 'met' WHEN running THEN 'not_yet' ELSE 'missed' END,
         jsonb_build_object('members', j.heads, 'minimum', r.minimum, 'missing_sectors', to_jsonb(j.missing_sectors)),
         CASE WHEN alive AND running AND NOT j.quorate THEN concat_ws('; ',
           CASE WHEN j.missing_sectors <> '{}' THEN 'Find members of the sectors ' || array_to_string(j.missing_sectors, ', ') END,
           CASE WHEN j.heads < r.minimum THEN format('Find %s more', r.minimum - j.heads) END) END
  INTO state, evidence, next_action FROM quorate(hub, seen_on, NULL) j, quorum_of(hub, seen_on) r;
  RETURN NEXT;

  ordinal := 2; rule := 'two_meetings'; title := wanted || ' ordinary meetings are held in the year';
  SELECT CASE WHEN NOT whole THEN 'not_applicable' WHEN m.held >= wanted THEN 'met' WHEN running THEN 'not_yet' ELSE 'missed' END,
         jsonb_build_object('held', m.held, 'planned', m.planned),
         CASE WHEN whole AND running AND m.held < wanted THEN CASE
           WHEN m.held + m.planned < wanted THEN format('Plan and hold %s more', wanted - m.held)
           ELSE 'Hold the meeting of ' || m.next END END
  INTO state, evidence, next_action
  FROM (SELECT count(*) FILTER (WHERE t.status = 'held' AND t.day <= hub_health.day) AS held,
               count(*) FILTER (WHERE t.status = 'planned') AS planned, min(t.day) FILTER (WHERE t.status = 'planned') AS next
        FROM meeting t WHERE t.hub_id = hub AND t.kind = 'ordinary' AND t.day BETWEEN first_day AND last_day) m;
  RETURN NEXT;

  ordinal := 3; rule := 'five_headings'; title := 'Each ordinary meeting covers the five headings';
  SELECT CASE WHEN m.held = 0 AND NOT (running AND alive) THEN 'not_applicable' WHEN m.held > 0 AND m.held = m.completed THEN 'met'
              WHEN running THEN 'not_yet' ELSE 'missed' END,
         jsonb_build_object('held', m.held, 'completed', m.completed),
         CASE WHEN m.held > m.completed THEN 'Complete the agenda of the meeting of ' || m.next END
  INTO state, evidence, next_action
  FROM (SELECT count(*) AS held, count(t.agenda_completed_at) AS completed,
               min(t.day) FILTER (WHERE t.agenda_completed_at IS NULL) AS next
        FROM meeting t WHERE t.hub_id = hub AND t.kind = 'ordinary' AND t.status = 'held'
          AND t.day BETWEEN first_day AND least(last_day, hub_health.day)) m;
  RETURN NEXT;

  ordinal := 4; rule := 'minutes_shared'; title := 'Minutes and attendance of each meeting are shared';
  SELECT CASE WHEN m.held = 0 AND NOT (running AND alive) THEN 'not_applicable' WHEN m.held > 0 AND m.held = m.both THEN 'met'
              WHEN running THEN 'not_yet' ELSE 'missed' END,
         jsonb_build_object('held', m.held, 'minutes_shared', m.minutes, 'attendance_shared', m.attendance),
         CASE WHEN m.held > m.both THEN 'Share minutes and attendance of the meeting of ' || m.next END
  INTO state, evidence, next_action
  FROM (SELECT count(*) AS held, count(*) FILTER (WHERE s.minutes) AS minutes, count(*) FILTER (WHERE s.attendance) AS attendance,
               count(*) FILTER (WHERE s.minutes AND s.attendance) AS both,
                 min(t.day) FILTER (WHERE NOT (s.minutes AND s.attendance)) AS next
        FROM meeting t, LATERAL (
          SELECT EXISTS (SELECT FROM minutes x
            WHERE x.meeting_id = t.id AND (x.shared_at AT TIME ZONE setting.zone())::date <= hub_health.day) AS minutes,
                 coalesce((t.attendance_shared_at AT TIME ZONE setting.zone())::date <= hub_health.day, false) AS attendance) s
        WHERE t.hub_id = hub AND t.status = 'held' AND t.day BETWEEN first_day AND least(last_day, hub_health.day)) m;
  RETURN NEXT;

  -- A quarter is owed by a Hub that is active in all of it; what else is reported counts as well.
  ordinal := 5; rule := 'quarterly_updates'; title := 'An update, or a nil return, is submitted for each quarter';
  SELECT count(*) AS owed, count(*) FILTER (WHERE u.done) AS submitted, count(*) FILTER (WHERE u.done AND u.nil_return) AS nil_returns,
         count(*) FILTER (WHERE u.done AND u.submitted_on > u.due) AS late,
           count(*) FILTER (WHERE NOT u.done AND u.open_until < hub_health.day) AS missed,
         min(u.open_until) FILTER (WHERE NOT u.done AND u.open_until >= hub_health.day) AS open_until,
         min(u.name) FILTER (WHERE NOT u.done AND u.open_until >= hub_health.day) AS next,
         string_agg(u.name, ', ' ORDER BY u.name) FILTER (WHERE NOT u.done AND u.open_until < hub_health.day) AS locked
  INTO q FROM (
    SELECT n.name, due_on(n.name) AS due, open_until(hub, n.name) AS open_until, t.nil_return, s.submitted_on,
           coalesce(s.submitted_on <= hub_health.day, false) AS done
    FROM generate_series(1, 4) i, LATERAL (SELECT year || '-Q' || i AS name) n
    LEFT JOIN quarterly_update t ON t.hub_id = hub AND t.quarter = n.name,
         LATERAL (SELECT (t.submitted_at AT TIME ZONE setting.zone())::date AS submitted_on) s
    WHERE s.submitted_on <= hub_health.day OR hub_active(hub, quarter_start(n.name), quarter_end(n.name))) u;
  state := CASE WHEN q.owed = 0 THEN 'not_applicable' WHEN q.missed > 0 THEN 'missed' WHEN q.owed = q.submitted THEN 'met'
    ELSE 'not_yet' END;
  evidence := jsonb_build_object('required', q.owed, 'submitted', q.submitted, 'nil_returns', q.nil_returns, 'late', q.late, 'missed',
    q.missed);
  next_action := coalesce(CASE WHEN q.missed > 0 THEN 'Ask the central team to open ' || q.locked END, 'Submit the update of ' || q.next);
  deadline := coalesce(q.open_until, (SELECT open_until(hub, year || '-Q4')));
  RETURN NEXT;

  ordinal := 6; rule := 'messages_relayed'; title := 'Messages for Hubs are relayed to the members';
  deadline := last_day;
  SELECT CASE WHEN m.sent = 0 THEN 'not_applicable' WHEN m.sent = m.relayed THEN 'met' WHEN running THEN 'not_yet' ELSE 'missed' END,
         jsonb_build_object('sent', m.sent, 'relayed', m.relayed),
         CASE WHEN m.sent > m.relayed THEN format('Relay %s, the oldest of %s', CASE m.sent - m.relayed WHEN 1 THEN 'a message'
           ELSE m.sent - m.relayed || ' messages' END, m.oldest) END
  INTO state, evidence, next_action
  FROM (SELECT count(*) AS sent, count(r.hub_id) AS relayed, min(t.sent_on) FILTER (WHERE r.hub_id IS NULL) AS oldest
        FROM message t LEFT JOIN message_relay r ON r.message_id = t.id AND r.hub_id = hub AND r.relayed_on <= hub_health.day
        WHERE t.direction = 'to_hubs' AND t.sent_on BETWEEN first_day AND least(last_day, hub_health.day)
          AND hub_active(hub, t.sent_on, t.sent_on)) m;
  RETURN NEXT;

  -- Not of a Hub that was at work before there were pathways here, unless somebody has begun to fill it in.
  ordinal := 7; rule := 'pathway'; title := 'The required steps of the pathway are done';
  SELECT CASE WHEN NOT alive OR p.begun IS NULL AND p.old THEN 'not_applicable' WHEN p.required = p.done THEN 'met'
    WHEN running THEN 'not_yet' ELSE 'missed' END,
         jsonb_build_object('required', p.required, 'done', p.done),
         CASE WHEN alive AND (p.begun IS NOT NULL OR NOT p.old) AND p.done < p.required THEN p.next END
  INTO state, evidence, next_action
  FROM (SELECT count(*) FILTER (WHERE NOT s.optional) AS required, count(*) FILTER (WHERE NOT s.optional AND t.done_on <= seen_on) AS done,
               min(t.done_on) AS begun,
                 hub_active(hub, min((t.created_at AT TIME ZONE setting.zone())::date) - 1,
                 min((t.created_at AT TIME ZONE setting.zone())::date) - 1) AS old,
               (array_agg(s.title::text ORDER BY s.ordinal) FILTER (WHERE NOT s.optional AND (t.done_on IS NULL OR t.done_on > seen_on)))[1]
                 AS next
        FROM hub_pathway t JOIN pathway_step s ON s.code = t.step WHERE t.hub_id = hub) p;
  RETURN NEXT;

  -- The return of a year is made in the quarter after it.
  ordinal := 8; rule := 'evaluation'; title := 'The annual evaluation is submitted';
  deadline := (last_day + setting.evaluation_due_months() * interval '1 month')::date;
  SELECT CASE WHEN e.done THEN 'met' WHEN hub_status IS DISTINCT
    FROM 'active' THEN 'not_applicable' WHEN day <= hub_health.deadline THEN 'not_yet' ELSE 'missed' END,
         jsonb_build_object('status', coalesce(e.status, 'none')),
         CASE WHEN NOT e.done AND hub_status = 'active' THEN 'Submit the evaluation of the year' END
  INTO state, evidence, next_action
  FROM (SELECT max(t.status) AS status,
    coalesce(bool_or((t.submitted_at AT TIME ZONE setting.zone())::date <= hub_health.day), false) AS done
        FROM hub_evaluation t WHERE t.hub_id = hub AND t.year = hub_health.year) e;
  RETURN NEXT;

  -- The Hub is there in a member of its own, or in who has a seat for an
  -- organisation that leads it. A meeting whose attendance is not recorded says nothing.
  ordinal := 9; rule := 'national_meetings'; title := 'The Hub attends the meetings of the national groups';
  deadline := last_day;
  SELECT CASE WHEN m.held = 0 THEN 'not_applicable' WHEN m.held = m.attended THEN 'met' ELSE 'missed' END,
         jsonb_build_object('held', m.held, 'attended', m.attended),
         CASE WHEN m.held > m.attended THEN 'Send somebody to the next one' END
  INTO state, evidence, next_action
  FROM (SELECT count(*) AS held, count(*) FILTER (WHERE EXISTS (
                 SELECT FROM attendance a WHERE a.meeting_id = t.id AND a.status = 'present' AND (
                   EXISTS (SELECT FROM hub_membership x WHERE x.person_id = a.person_id AND x.hub_id = hub
                           AND x.starts <= t.day AND (x.ends IS NULL OR x.ends > t.day))
                   OR EXISTS (SELECT FROM group_seat s JOIN hub_lead l ON l.organisation_id = s.organisation_id
                              WHERE s.person_id = a.person_id AND s.group_id = t.group_id AND s.starts <= t.day
                                AND (s.ends IS NULL OR s.ends > t.day)
                                AND l.hub_id = hub AND (l.evidence_kind = 'last_known' OR l.period @> t.day)))))
                                  AS attended
        FROM meeting t JOIN alliance_group g ON g.id = t.group_id AND g.counts_for_representation
        WHERE t.status = 'held' AND t.day BETWEEN first_day AND least(last_day, hub_health.day) AND hub_active(hub, t.day, t.day)
          AND EXISTS (SELECT FROM attendance a WHERE a.meeting_id = t.id)) m;
  RETURN NEXT;

  ordinal := 10; rule := 'yearly_review'; title := 'The Hub''s operation is reviewed';
  SELECT CASE WHEN r.reviews > 0 THEN 'met' WHEN NOT whole THEN 'not_applicable' WHEN running THEN 'not_yet' ELSE 'missed' END,
         jsonb_build_object('reviews', r.reviews, 'last', r.last),
         CASE WHEN whole AND running AND r.reviews = 0 THEN 'Review with the partners how the Hub works' END
  INTO state, evidence, next_action
  FROM (SELECT count(*) AS reviews, max(t.reviewed_on) AS last FROM hub_review t
        WHERE t.hub_id = hub AND t.reviewed_on BETWEEN first_day AND least(last_day, hub_health.day)) r;
  RETURN NEXT;
END $$;

-- What the caller may see of it, today: one Hub (who sees it, and the group that decides), or all (the groups).
CREATE FUNCTION scip.health(year text, hub text, OUT hub_id bigint, OUT period text, OUT ordinal int, OUT rule text, OUT title text,
  OUT state text, OUT evidence jsonb, OUT next_action text, OUT deadline date) RETURNS SETOF record LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = scip, pg_temp AS $$
BEGIN
  period := coalesce(period_name(year), CASE WHEN year IS NULL THEN academic_year(today()) END);
  PERFORM scip.refuse(400, 'bad-request', '/query/period', 'This needs an academic year, such as 2024-25.') WHERE period IS NULL;
  RETURN QUERY
    SELECT h.id, health.period, r.ordinal, r.rule, r.title, r.state, r.evidence, r.next_action,
           CASE WHEN r.state <> 'not_applicable' THEN r.deadline END
    FROM scip.hub h, LATERAL scip.hub_health(h.id, health.period, today()) r
    WHERE (ctx.central() OR CASE WHEN health.hub IS NULL THEN cardinality(ctx.groups()) > 0 ELSE ctx.sees(h.id, NULL) OR ctx.decides() END)
      AND (health.hub IS NULL OR h.slug = health.hub);
END $$;

-- How much of what was sent down has been relayed, by Hubs that were active then, and of what came up answered.
CREATE FUNCTION scip.message_rates(first date, last date, OUT sent bigint, OUT due bigint, OUT relayed bigint, OUT received bigint,
  OUT answered bigint) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT d.sent, r.due, r.relayed, u.received, u.answered
  FROM (SELECT count(*) AS sent FROM message m WHERE m.direction = 'to_hubs' AND m.sent_on BETWEEN first AND last) d,
       (SELECT count(*) AS due, count(x.hub_id) AS relayed
        FROM message m CROSS JOIN hub h LEFT JOIN message_relay x ON x.message_id = m.id AND x.hub_id = h.id
        WHERE m.direction = 'to_hubs' AND m.sent_on BETWEEN first AND last AND hub_active(h.id, m.sent_on, m.sent_on)) r,
       (SELECT count(*) AS received, count(m.responded_on) AS answered
        FROM message m WHERE m.direction = 'from_hub' AND m.sent_on BETWEEN first AND last) u
  WHERE ctx.in_network()
$$;
GRANT EXECUTE ON FUNCTION scip.invite_reports, scip.health, scip.message_rates TO scip_caller;

COMMIT;
