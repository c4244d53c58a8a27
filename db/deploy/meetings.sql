-- Meetings of Hubs and groups with agenda, attendance, resolutions, actions and minutes: their rules, and who sees and
-- writes them.
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE TABLE scip.meeting (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint REFERENCES scip.hub,
  group_id bigint REFERENCES scip.alliance_group,
  kind text NOT NULL DEFAULT 'ordinary' REFERENCES term.meeting_kind,
  title scip.label NOT NULL,
  starts_at timestamptz NOT NULL,
  venue text CHECK (length(venue) <= 500),
  online boolean NOT NULL DEFAULT false,
  status text NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'held', 'cancelled')),
  guests int CHECK (guests >= 0),
  agenda_completed_at timestamptz,
  attendance_shared_at timestamptz,
  day date NOT NULL GENERATED ALWAYS AS ((starts_at AT TIME ZONE setting.zone())::date) STORED,
  CONSTRAINT meeting_of_one CHECK (num_nonnulls(hub_id, group_id) = 1),
  CONSTRAINT meeting_inaugural CHECK (kind = 'ordinary' OR hub_id IS NOT NULL),
  CONSTRAINT meeting_guests CHECK (guests IS NULL OR status = 'held')
);
CREATE INDEX ON scip.meeting (hub_id, day);
CREATE INDEX ON scip.meeting (group_id, day);
CREATE INDEX ON scip.meeting (group_id, starts_at, id);
CREATE INDEX ON scip.meeting (day);
CREATE UNIQUE INDEX meeting_one_inaugural ON scip.meeting (hub_id) WHERE kind = 'inaugural' AND status <> 'cancelled';
COMMENT ON COLUMN scip.meeting.day IS 'Of its start';

-- heading: one of the five that a Hub's ordinary meeting covers; groups have free agendas. hub: of a national meeting, which reports there.
CREATE TABLE scip.agenda_item (
  LIKE ctx.entry INCLUDING ALL,
  meeting_id uuid NOT NULL REFERENCES scip.meeting ON DELETE CASCADE,
  ordinal int NOT NULL CHECK (ordinal > 0),
  heading text REFERENCES term.heading,
  hub_id bigint REFERENCES scip.hub,
  title scip.label NOT NULL,
  intended_outcome text CHECK (length(intended_outcome) <= 2000),
  led_by text CHECK (length(led_by) <= 200),
  notes text CHECK (length(notes) <= 20000),
  outcome text REFERENCES term.agenda_outcome,
  CONSTRAINT agenda_item_order UNIQUE (meeting_id, ordinal) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT agenda_item_heading UNIQUE (meeting_id, heading),
  CONSTRAINT agenda_item_hub UNIQUE (meeting_id, hub_id)
);
COMMENT ON COLUMN scip.agenda_item.led_by IS 'A body or a post, not a person''s name';

CREATE TABLE scip.attendance (
  meeting_id uuid REFERENCES scip.meeting ON DELETE CASCADE,
  person_id uuid REFERENCES scip.person,
  status text NOT NULL CHECK (status IN ('present', 'apologies', 'absent')),
  LIKE ctx.record INCLUDING DEFAULTS,
  PRIMARY KEY (meeting_id, person_id)
);
CREATE INDEX ON scip.attendance (meeting_id, updated_at);

CREATE TABLE scip.resolution (
  LIKE ctx.entry INCLUDING ALL,
  meeting_id uuid NOT NULL REFERENCES scip.meeting ON DELETE CASCADE,
  text text NOT NULL CHECK (scip.shows(text) AND length(text) <= 4000)
);

-- Of a meeting, a project or both. Of a meeting's the Hub or group follows.
CREATE TABLE scip.action (
  LIKE ctx.entry INCLUDING ALL,
  meeting_id uuid REFERENCES scip.meeting ON DELETE CASCADE,
  project_id bigint REFERENCES scip.project,
  hub_id bigint REFERENCES scip.hub,
  group_id bigint REFERENCES scip.alliance_group,
  text text NOT NULL CHECK (scip.shows(text) AND length(text) <= 4000),
  owner_id uuid REFERENCES scip.person,
  due_on date,
  done_on date,
  CONSTRAINT action_of_what CHECK (num_nonnulls(meeting_id, project_id) > 0),
  CONSTRAINT action_of_one CHECK (num_nonnulls(hub_id, group_id) = 1)
);
CREATE INDEX ON scip.action ((coalesce(due_on, date 'infinity')), id);
CREATE INDEX ON scip.action (updated_at);

-- draft, then approved, then shared with all Hubs and never changed again; a correction is the next number.
CREATE TABLE scip.minutes (
  LIKE ctx.entry INCLUDING ALL,
  meeting_id uuid NOT NULL REFERENCES scip.meeting,
  number int NOT NULL CHECK (number > 0),
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'approved', 'shared')),
  text text NOT NULL CHECK (scip.shows(text) AND length(text) <= 200000),
  approved_at timestamptz,
  approved_by uuid REFERENCES scip.account ON DELETE SET NULL,
  shared_at timestamptz,
  CONSTRAINT minutes_number UNIQUE (meeting_id, number),
  CONSTRAINT minutes_status CHECK ((approved_at IS NULL) = (status = 'draft') AND (shared_at IS NOT NULL) = (status = 'shared'))
);
CREATE UNIQUE INDEX minutes_one_open ON scip.minutes (meeting_id) WHERE status <> 'shared';
CREATE INDEX ON scip.minutes (updated_at);
CREATE INDEX ON scip.minutes (shared_at, id) WHERE status = 'shared';

-- What terms of reference begin from: the framework's section on how Hubs operate, with a %1$s for each thing that a Hub sets.
CREATE TABLE scip.terms_template (LIKE ctx.publication INCLUDING ALL, text text NOT NULL);
-- A draft at a time; adopted at a meeting of the Hub, a version never changes again, and the last one is in force.
CREATE TABLE scip.terms_of_reference (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  number int NOT NULL CHECK (number > 0),
  text text NOT NULL CHECK (scip.shows(text) AND length(text) <= 20000),
  text_cy text CHECK (scip.shows(text_cy) AND length(text_cy) <= 20000),
  meeting_id uuid REFERENCES scip.meeting,
  adopted_on date,
  CONSTRAINT terms_of_reference_number UNIQUE (hub_id, number),
  CONSTRAINT terms_of_reference_adopted CHECK ((meeting_id IS NULL) = (adopted_on IS NULL)),
  CONSTRAINT terms_of_reference_one_draft EXCLUDE (hub_id WITH =) WHERE (adopted_on IS NULL)
);
-- Of a meeting's parts: as of the meeting.
CREATE FUNCTION ctx.writes_meeting(meeting uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
AS $$ BEGIN RETURN EXISTS (SELECT FROM scip.meeting m WHERE m.id = meeting AND ctx.writes(m.hub_id, m.group_id)); END $$;

CALL scip.protect('meeting', 'agenda_item', 'attendance', 'resolution', 'action', 'minutes');
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.meeting, scip.agenda_item, scip.attendance, scip.resolution, scip.minutes TO scip_caller;
GRANT SELECT, INSERT, DELETE, UPDATE (project_id, text, owner_id, due_on, done_on) ON scip.action TO scip_caller;

CALL scip.publish('terms_template', 'terms_of_reference');
GRANT INSERT, UPDATE, DELETE ON scip.terms_of_reference TO scip_caller;
CALL scip.track_changes('terms_template', NULL, 'NULL', 'NULL');
CALL scip.track_changes('terms_of_reference', 'terms_of_reference',
  $$(SELECT h.slug || '/terms-of-reference/' || r.id FROM hub h WHERE h.id = r.hub_id)$$,
  $$ARRAY['hub:' || r.hub_id] || CASE WHEN r.adopted_on IS NULL THEN '{}'::text[] ELSE '{public}' END$$);
CALL scip.track_changes('meeting', 'meeting', 'r.id', $$ARRAY[coalesce('hub:' || r.hub_id, 'group:' || r.group_id)]$$);
SELECT format('CALL scip.track_changes(%L, ''meeting'', ''r.meeting_id'', %L, part => true, record => %L)', part,
  $$(SELECT ARRAY[coalesce('hub:' || m.hub_id, 'group:' || m.group_id)] FROM meeting m WHERE m.id = r.meeting_id)$$,
  CASE part WHEN 'attendance' THEN $$concat_ws('/', r.meeting_id, r.person_id)$$ ELSE 'r.id' END)
FROM unnest('{agenda_item,attendance,resolution,action}'::text[]) part \gexec
CALL scip.track_changes('minutes', 'minutes', 'r.id',
  $$CASE r.status WHEN 'shared' THEN ARRAY['role:hub_lead', 'role:hub_member', 'role:group_member']
  ELSE (SELECT ARRAY[coalesce(CASE r.status WHEN 'approved' THEN 'hub:' ELSE 'hub-lead:' END || m.hub_id, 'group:' || m.group_id)]
    FROM meeting m WHERE m.id = r.meeting_id) END$$);

-- All that belongs to a meeting is changed by who holds its row, taken first, so that neither half of two requests
-- waits for the other. False: not the caller's to change.
CREATE FUNCTION scip.lock_meeting(meeting uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM scip.meeting m WHERE m.id = meeting FOR NO KEY UPDATE;
  RETURN FOUND;
END $$;

-- Who may be present: members of the Hub, holders of the group's seats, on the meeting's day or another one.
CREATE FUNCTION scip.meeting_members(meeting uuid, on_day date DEFAULT NULL) RETURNS TABLE (person_id uuid, sector text)
LANGUAGE sql STABLE AS $$
  SELECT h.person_id, h.sector FROM scip.meeting m JOIN scip.hub_membership h ON h.hub_id = m.hub_id
  WHERE m.id = meeting AND h.starts <= coalesce(on_day, m.day) AND (h.ends IS NULL OR h.ends > coalesce(on_day, m.day))
  UNION ALL
  SELECT s.person_id, min(s.sector) FROM scip.meeting m JOIN scip.group_seat s ON s.group_id = m.group_id
  WHERE m.id = meeting AND s.person_id IS NOT NULL AND s.starts <= coalesce(on_day, m.day)
    AND (s.ends IS NULL OR s.ends > coalesce(on_day, m.day))
  GROUP BY s.person_id
$$;
-- An item as others may know it, to whom it has sent a message or who report there; with its meeting.
CREATE FUNCTION scip.item_link(item uuid) RETURNS json LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = scip, pg_temp RETURN (
  SELECT json_build_object('id', i.id, 'name', i.title, 'href', '/v1/meetings/' || m.id || '/agenda/' || i.id, 'meeting',
    json_build_object('id', m.id, 'name', m.title, 'starts_on', m.day, 'href', '/v1/meetings/' || m.id))
  FROM scip.agenda_item i JOIN scip.meeting m ON m.id = i.meeting_id WHERE i.id = item AND ctx.in_network());

-- What came of a meeting, which its day and its being planned are no longer free of.
CREATE FUNCTION scip.meeting_has_records(meeting uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
RETURN EXISTS (SELECT FROM attendance WHERE meeting_id = meeting) OR EXISTS (SELECT FROM resolution WHERE meeting_id = meeting)
    OR EXISTS (SELECT FROM action WHERE meeting_id = meeting) OR EXISTS (SELECT FROM minutes WHERE meeting_id = meeting)
    OR EXISTS (SELECT FROM terms_of_reference WHERE meeting_id = meeting);

-- A meeting: planned first. Once it was held or has records, its day changes only as a correction, to a day on
-- which all who are noted in its attendance belonged to it.
CALL scip.add_trigger($$guard_new BEFORE INSERT ON meeting
  WHEN (NEW.status <> 'planned' OR num_nonnulls(NEW.agenda_completed_at, NEW.attendance_shared_at) > 0)$$,
  $$PERFORM scip.refuse(409, 'meeting-not-planned');$$);
CALL scip.add_trigger('guard_removal BEFORE DELETE ON meeting', $$
  PERFORM scip.refuse(409, 'meeting-not-planned') WHERE OLD.status <> 'planned';
  PERFORM scip.refuse(409, 'meeting-has-records') WHERE meeting_has_records(OLD.id);
$$);
CALL scip.add_trigger('guard_text BEFORE UPDATE ON meeting', $$
DECLARE
  moved_to date := nullif((NEW.starts_at AT TIME ZONE setting.zone())::date, OLD.day);
BEGIN
  PERFORM scip.refuse(409, 'meeting-cancelled') WHERE NEW.status = 'cancelled' AND OLD.status = 'cancelled';
  PERFORM scip.refuse(409, 'cannot-move', '', 'A meeting cannot be moved to another Hub or group, nor change its kind.')
    WHERE (OLD.hub_id, OLD.group_id, OLD.kind) IS DISTINCT FROM (NEW.hub_id, NEW.group_id, NEW.kind);
  IF moved_to IS NULL OR OLD.status = 'planned' AND NOT meeting_has_records(OLD.id) THEN
    RETURN NEW;
  END IF;
  PERFORM scip.refuse(409, CASE OLD.status WHEN 'planned' THEN 'meeting-has-records' ELSE 'meeting-not-planned' END)
    WHERE NOT is_corrected('/v1/meetings/' || OLD.id);
  PERFORM scip.refuse(409, 'meeting-not-yet-held') WHERE moved_to > today();
  PERFORM scip.refuse(409, 'attendance-breaks-membership', 'starts_at') WHERE EXISTS (SELECT FROM attendance a WHERE a.meeting_id = OLD.id
                AND NOT EXISTS (SELECT FROM meeting_members(OLD.id, moved_to) m WHERE m.person_id = a.person_id));
$$);

-- Held or cancelled, once: naming the column is the attempt. Planned again is a correction; the agenda is completed and
-- the attendance shared again.
CALL scip.add_trigger('guard_status BEFORE UPDATE OF status ON meeting', $$
  IF NEW.status = 'planned' AND OLD.status <> 'planned' AND is_corrected('/v1/meetings/' || OLD.id) THEN
    NEW.agenda_completed_at := NULL;
    NEW.attendance_shared_at := NULL;
  ELSIF NEW.status = 'planned' AND is_corrected('/v1/meetings/' || OLD.id) THEN
    PERFORM scip.refuse(409, 'meeting-not-held');
  ELSIF OLD.status <> 'planned' OR NEW.status = 'planned' THEN
    PERFORM scip.refuse(409, 'meeting-not-planned');
  ELSIF NEW.status = 'held' AND (NEW.starts_at AT TIME ZONE setting.zone())::date > today() THEN
    PERFORM scip.refuse(409, 'meeting-not-yet-held');
  ELSIF NEW.status = 'cancelled' AND meeting_has_records(OLD.id) THEN
    PERFORM scip.refuse(409, 'meeting-has-records');
  END IF;
$$);

-- The headings of a Hub's ordinary meeting that are neither addressed nor marked as nothing raised, in their order.
CREATE FUNCTION scip.open_headings(meeting uuid) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT ARRAY(SELECT h.code FROM scip.meeting m JOIN scip.term h ON h.list = 'heading' AND NOT h.retired
    WHERE m.id = meeting AND m.hub_id IS NOT NULL AND m.kind = 'ordinary' AND NOT EXISTS (
      SELECT FROM scip.agenda_item i WHERE i.meeting_id = m.id AND i.heading = h.code AND i.outcome IS NOT NULL)
    ORDER BY h.ordinal)
$$;
GRANT EXECUTE ON FUNCTION ctx.writes_meeting, scip.lock_meeting, scip.meeting_members, scip.item_link, scip.open_headings TO scip_caller;

CALL scip.add_trigger('guard_completion BEFORE UPDATE OF agenda_completed_at ON meeting', $$
  PERFORM scip.refuse(409, 'agenda-completed') WHERE OLD.agenda_completed_at IS NOT NULL;
  PERFORM scip.refuse(409, 'meeting-cancelled') WHERE OLD.status = 'cancelled';
  PERFORM scip.refuse(409, 'meeting-not-yet-held') WHERE OLD.day > today();
  PERFORM scip.refuse(409, 'agenda-not-addressed') WHERE open_headings(OLD.id) <> '{}';
  NEW.agenda_completed_at := now();
$$);
-- The headings that stand in the way, or none: then it is completed. A statement of its own, for it looks after it
-- has the lock.
CREATE FUNCTION scip.complete_agenda(meeting uuid) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  open text[];
  stands boolean;
BEGIN
  SELECT m.agenda_completed_at IS NULL AND m.status <> 'cancelled' AND m.day <= scip.today() INTO stands
  FROM scip.meeting m WHERE m.id = meeting FOR NO KEY UPDATE;
  open := scip.open_headings(meeting);
  IF stands AND open <> '{}' THEN
    RETURN open;
  END IF;
  UPDATE scip.meeting m SET agenda_completed_at = now() WHERE m.id = meeting;
  RETURN '{}';
END $$;

CALL scip.add_trigger('guard_sharing BEFORE UPDATE OF attendance_shared_at ON meeting', $$
  PERFORM scip.refuse(409, 'meeting-not-held') WHERE OLD.status <> 'held';
  PERFORM scip.refuse(409, 'attendance-shared') WHERE OLD.attendance_shared_at IS NOT NULL;
  NEW.attendance_shared_at := now();
$$);

-- The agenda that a Hub's meeting begins with: the headings, or the sample of the framework's appendix with the
-- Hub in the place of its example.
CALL scip.add_trigger('create_agenda AFTER INSERT ON meeting WHEN (NEW.hub_id IS NOT NULL)', $$
DECLARE
  alliance text := setting.alliance_name();
BEGIN
  IF NEW.kind = 'ordinary' THEN
    INSERT INTO agenda_item (meeting_id, ordinal, heading, title)
    SELECT NEW.id, t.ordinal, t.code, t.label FROM scip.term t WHERE t.list = 'heading' AND NOT t.retired;
  ELSE
    INSERT INTO agenda_item (meeting_id, ordinal, title, intended_outcome, led_by)
    SELECT NEW.id, a.ordinal, a.title, a.intended_outcome, a.led_by
    FROM hub h CROSS JOIN LATERAL (VALUES
      (1, 'Welcome', NULL, 'Host organisation'),
      (2, 'Introductions', 'Understand each other''s stake in the proposed Hub', 'Host organisation'),
      (3, 'The ' || alliance,
        format('Receive an outline of the context for Service children and the %s''s rationale and approach', alliance), alliance),
      (4, format('The %s Hub network', alliance),
        'Understand the Hub network''s purpose and operating mechanisms, the role of a Hub and how it adds value.', alliance),
      (5, CASE WHEN h.name ~* '^(the|an?) ' THEN '' WHEN h.name ~* '^[aeiou]' THEN 'An ' ELSE 'A ' END || h.name,
       E'Reflect on the rationale for and role of this Hub\nConsider priorities', 'Proposed Hub Lead'),
      (6, 'Operating Practices',
        E'Develop operating mechanisms\nConsider which other stakeholders the Hub will need to ensure success\nConfirm lead organisation',
        'Proposed Hub Lead'),
      (7, 'Plans and actions', 'Resolve on activities, deadlines and responsibilities', 'Proposed Hub Lead'))
      a (ordinal, title, intended_outcome, led_by)
    WHERE h.id = NEW.hub_id;
  END IF;
$$);

-- The parts of a meeting, under its lock: none of a cancelled one, and before its day only an agenda. A meeting
-- that has gone took its parts with it.
CALL scip.add_trigger('begin_guard BEFORE INSERT OR UPDATE OR DELETE ON agenda_item, attendance, resolution', $$
DECLARE
  m meeting;
BEGIN
  SELECT * INTO m FROM meeting WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.meeting_id ELSE OLD.meeting_id END FOR NO KEY UPDATE;
  IF FOUND THEN
    PERFORM scip.refuse(409, 'meeting-cancelled') WHERE m.status = 'cancelled';
    PERFORM scip.refuse(409, 'cannot-move', '', 'A part of a meeting cannot be moved to another meeting.')
      WHERE TG_OP = 'UPDATE' AND NEW.meeting_id <> OLD.meeting_id;
    PERFORM scip.refuse(409, 'agenda-completed') WHERE TG_TABLE_NAME = 'agenda_item' AND m.agenda_completed_at IS NOT NULL;
    PERFORM scip.refuse(409, 'meeting-not-yet-held') WHERE TG_TABLE_NAME <> 'agenda_item' AND m.day > today();
  END IF;
$$);
CREATE TRIGGER begin_guard BEFORE INSERT ON scip.minutes FOR EACH ROW EXECUTE FUNCTION scip.agenda_item_begin_guard();
CREATE TRIGGER begin_guard BEFORE INSERT ON scip.action FOR EACH ROW EXECUTE FUNCTION scip.agenda_item_begin_guard();

-- The headings stay what they are; the meeting that goes takes them along.
CALL scip.add_trigger('guard_heading BEFORE UPDATE ON agenda_item WHEN (NEW.heading IS DISTINCT FROM OLD.heading)',
  $$PERFORM scip.refuse(409, 'agenda-heading-stays');$$);
CALL scip.add_trigger('guard_removal BEFORE DELETE ON agenda_item WHEN (OLD.heading IS NOT NULL)',
  $$PERFORM scip.refuse(409, 'agenda-heading-stays') WHERE EXISTS (SELECT FROM meeting WHERE id = OLD.meeting_id);$$);

-- An item that takes another's place moves those between, and one without a place is the last: only for who places
-- it, not for those that make room.
CALL scip.add_trigger('shift_ordinals_of_new BEFORE INSERT ON agenda_item WHEN (pg_trigger_depth() = 0)', $$
  IF NEW.ordinal IS NULL THEN
    NEW.ordinal := (SELECT coalesce(max(i.ordinal), 0) + 1 FROM agenda_item i WHERE i.meeting_id = NEW.meeting_id);
  ELSIF EXISTS (SELECT FROM agenda_item i WHERE i.meeting_id = NEW.meeting_id AND i.ordinal = NEW.ordinal) THEN
    UPDATE agenda_item i SET ordinal = i.ordinal + 1 WHERE i.meeting_id = NEW.meeting_id AND i.ordinal >= NEW.ordinal;
  END IF;
$$);
CALL scip.add_trigger('shift_ordinals BEFORE UPDATE ON agenda_item WHEN (pg_trigger_depth() = 0 AND OLD.ordinal <> NEW.ordinal)', $$
  UPDATE agenda_item i SET ordinal = i.ordinal + CASE WHEN NEW.ordinal < OLD.ordinal THEN 1 ELSE -1 END
  WHERE i.meeting_id = NEW.meeting_id AND i.id <> NEW.id
    AND i.ordinal BETWEEN least(NEW.ordinal, OLD.ordinal) AND greatest(NEW.ordinal, OLD.ordinal);
$$);

-- Members of the meeting's day alone; owners of actions may have become members since.
CALL scip.add_trigger('guard_attendance BEFORE INSERT OR UPDATE OF person_id ON attendance', $$
  PERFORM scip.refuse(422, 'person-not-a-member', 'owner membership items person')
    WHERE NOT EXISTS (SELECT FROM meeting_members(NEW.meeting_id) m WHERE m.person_id = NEW.person_id);
$$);

-- An owner who does not lead marks it as done and changes nothing else. The project is locked before it is asked for its Hubs.
CALL scip.add_trigger('guard_action BEFORE INSERT OR UPDATE ON action', $$
  IF TG_OP = 'INSERT' AND NEW.meeting_id IS NOT NULL THEN
    SELECT m.hub_id, m.group_id INTO NEW.hub_id, NEW.group_id FROM meeting m WHERE m.id = NEW.meeting_id;
  END IF;
  PERFORM scip.refuse(403, 'owner-only-marks-done') WHERE OLD.owner_id = ctx.person() AND NOT ctx.writes(OLD.hub_id, OLD.group_id)
    AND (NEW.text, NEW.owner_id, NEW.due_on, NEW.project_id) IS DISTINCT FROM (OLD.text, OLD.owner_id, OLD.due_on, OLD.project_id);
  IF NEW.project_id <> coalesce(OLD.project_id, 0) THEN
    PERFORM FROM project p WHERE p.id = NEW.project_id FOR NO KEY UPDATE;
    PERFORM scip.refuse(422, 'hub-not-in-project', 'hub project')
      WHERE NOT EXISTS (SELECT FROM project_hub h WHERE (h.project_id, h.hub_id) = (NEW.project_id, NEW.hub_id));
  END IF;
  PERFORM scip.refuse(422, 'person-not-a-member', 'owner membership items person')
    WHERE NEW.owner_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.owner_id IS DISTINCT FROM OLD.owner_id)
          AND NOT EXISTS (SELECT FROM meeting_members(NEW.meeting_id) m WHERE m.person_id = NEW.owner_id)
          AND NOT EXISTS (SELECT FROM hub_membership h WHERE h.hub_id = NEW.hub_id
                            AND h.person_id = NEW.owner_id AND h.starts <= today() AND (h.ends IS NULL OR h.ends > today()))
          AND NOT EXISTS (SELECT FROM group_seat s WHERE s.group_id = NEW.group_id
                            AND s.person_id = NEW.owner_id AND s.starts <= today() AND (s.ends IS NULL OR s.ends > today()));
  PERFORM scip.refuse(422, 'date-in-future', 'done_on', 'The action cannot be done after today.') WHERE NEW.done_on > today();
$$);

-- A project changes with its actions.
CREATE TRIGGER touch_whole AFTER INSERT OR UPDATE OR DELETE ON scip.action
  FOR EACH ROW EXECUTE FUNCTION scip.touch_whole('project', 'project_id');

-- Sets who was there; with replace, all who are not named are removed. False: not the caller's to do; NULL: the first entry is of no
-- version that is wanted. The version of the meeting is that of its attendance. Each statement sees what the lock has waited for.
CREATE FUNCTION scip.set_attendance(meeting uuid, entries jsonb, replace boolean, wanted int[] = NULL) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT scip.lock_meeting(meeting) THEN
    RETURN false;
  ELSIF NOT scip.version_of((SELECT a.status FROM scip.attendance a
                             WHERE a.meeting_id = meeting AND a.person_id = (entries -> 0 ->> 'person')::uuid)) = ANY (wanted) THEN
    RETURN NULL;
  ELSIF (SELECT count(*) <> count(DISTINCT e.person) FROM jsonb_to_recordset(entries) e (person uuid)) THEN
    PERFORM scip.refuse(422, 'named-twice', 'items');
  END IF;
  IF replace THEN
    DELETE FROM scip.attendance a WHERE a.meeting_id = meeting
      AND NOT EXISTS (SELECT FROM jsonb_to_recordset(entries) e (person uuid) WHERE e.person = a.person_id);
  END IF;
  UPDATE scip.attendance a SET status = e.status FROM jsonb_to_recordset(entries) e (person uuid, status text)
  WHERE a.meeting_id = meeting AND a.person_id = e.person AND a.status <> e.status;
  INSERT INTO scip.attendance (meeting_id, person_id, status)
  SELECT meeting, e.person, e.status FROM jsonb_to_recordset(entries) e (person uuid, status text)
  WHERE NOT EXISTS (SELECT FROM scip.attendance a WHERE a.meeting_id = meeting AND a.person_id = e.person);
  UPDATE scip.meeting m SET title = m.title WHERE m.id = meeting;
  RETURN true;
END $$;

-- Minutes: numbered by the meeting, one open version at a time.
CALL scip.add_trigger('guard_minutes BEFORE INSERT ON minutes', $$
  PERFORM scip.refuse(409, 'minutes-not-draft') WHERE NEW.status <> 'draft';
  PERFORM scip.refuse(409, 'minutes-draft-exists') FROM minutes n WHERE n.meeting_id = NEW.meeting_id AND n.status <> 'shared';
  NEW.number := (SELECT coalesce(max(n.number), 0) + 1 FROM minutes n WHERE n.meeting_id = NEW.meeting_id);
$$);
CALL scip.add_trigger($$guard_removal BEFORE DELETE ON minutes WHEN (OLD.status <> 'draft')$$,
  $$PERFORM scip.refuse(409, 'minutes-not-draft');$$);
CALL scip.add_trigger('guard_text BEFORE UPDATE OF meeting_id, number, text ON minutes', $$
  PERFORM scip.refuse(409, 'minutes-not-draft') WHERE OLD.status <> 'draft';
  NEW.meeting_id := OLD.meeting_id;
  NEW.number := OLD.number;
$$);

CALL scip.add_trigger('guard_status BEFORE UPDATE OF status ON minutes', $$
  IF NEW.status = 'shared' THEN
    PERFORM scip.refuse(409, 'minutes-not-approved') WHERE OLD.status <> 'approved';
    NEW.shared_at := now();
  ELSE
    PERFORM scip.refuse(409, 'minutes-not-draft') WHERE OLD.status <> 'draft' OR NEW.status <> 'approved';
    NEW.approved_at := now();
    NEW.approved_by := ctx.account();
  END IF;
$$);

-- What all Hubs have read stays as it is, for everyone; an account that goes leaves its mark empty.
CALL scip.add_trigger($$keep_shared BEFORE UPDATE OR DELETE ON minutes WHEN (OLD.status = 'shared')$$, $$
DECLARE
  free text[] := '{approved_by,version,updated_at}';
BEGIN
  PERFORM scip.refuse(409, 'minutes-shared')
    WHERE TG_OP = 'DELETE' OR NEW.approved_by IS NOT NULL OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free;
$$);
CREATE TRIGGER keep_shared_all BEFORE TRUNCATE ON scip.minutes FOR EACH STATEMENT EXECUTE FUNCTION scip.refuse_change();

-- Terms of reference begin as the last that were adopted, or as the framework's, with what the Hub has set. The Hub's row is the lock.
CALL scip.add_trigger('guard_new BEFORE INSERT ON terms_of_reference', $$
DECLARE
  latest terms_of_reference;
BEGIN
  PERFORM FROM hub WHERE id = NEW.hub_id FOR NO KEY UPDATE;
  SELECT * INTO latest FROM terms_of_reference t WHERE t.hub_id = NEW.hub_id ORDER BY t.number DESC LIMIT 1;
  NEW.number := coalesce(latest.number, 0) + 1;
  NEW.text_cy := coalesce(NEW.text_cy, CASE WHEN NEW.text IS NULL THEN latest.text_cy END);
  NEW.text := coalesce(NEW.text, latest.text, (
    SELECT format(t.text, setting.alliance_name(), h.name, coalesce(l.names, 'institutions to be named'), setting.meetings(), q.minimum,
                  array_to_string(ARRAY(SELECT '- ' || x.label FROM term x WHERE x.list = 'sector' AND x.code = ANY (q.sectors)
                                        ORDER BY x.ordinal), E'\n'))
    FROM hub h, terms_template t, quorum_of(h.id, today()) q,
         (SELECT string_agg(o.name, ' and ' ORDER BY l.id) AS names FROM hub_lead l JOIN organisation o ON o.id = l.organisation_id
          WHERE l.hub_id = NEW.hub_id AND l.period @> today()) l
    WHERE h.id = NEW.hub_id));
$$);
CALL scip.add_trigger('keep_adopted BEFORE UPDATE OR DELETE ON terms_of_reference WHEN (OLD.adopted_on IS NOT NULL)',
  $$PERFORM scip.refuse(409, 'terms-adopted');$$);
CALL scip.add_trigger('set_adoption BEFORE UPDATE OF meeting_id ON terms_of_reference', $$
DECLARE
  held meeting;
BEGIN
  SELECT * INTO held FROM meeting m WHERE m.id = NEW.meeting_id AND m.hub_id = NEW.hub_id FOR NO KEY UPDATE;
  PERFORM scip.refuse(422, 'reference-not-found', 'meeting', 'There is no such meeting of this Hub.') WHERE held.id IS NULL;
  PERFORM scip.refuse(409, 'meeting-not-held', 'meeting') WHERE held.status <> 'held';
  PERFORM scip.refuse(409, 'terms-before-last', 'meeting') FROM terms_of_reference WHERE hub_id = NEW.hub_id AND adopted_on > held.day;
  NEW.adopted_on := held.day;
$$);

-- What others may know of a meeting: who sees it, and the network once something of it is shared.
CREATE FUNCTION scip.meeting_head(meeting uuid) RETURNS TABLE (meeting json, hub json, "group" json) LANGUAGE sql STABLE
SECURITY DEFINER ROWS 1 SET search_path = scip, pg_temp AS $$
  SELECT json_build_object('id', m.id, 'name', m.title, 'starts_on', m.day, 'href', '/v1/meetings/' || m.id),
         scip.link('hubs', h.slug, h.name),
         scip.link('groups', g.slug, g.name)
  FROM meeting m LEFT JOIN hub h ON h.id = m.hub_id LEFT JOIN alliance_group g ON g.id = m.group_id
  WHERE m.id = meeting_head.meeting AND (ctx.sees(m.hub_id, m.group_id) OR ctx.in_network() AND (
    m.attendance_shared_at IS NOT NULL OR EXISTS (SELECT FROM minutes n WHERE n.meeting_id = m.id AND n.status = 'shared')))
$$;

-- The meetings of a Hub or a group, or of a period: minutes that are shared are found by them, seen or not.
CREATE FUNCTION scip.meetings_of(hub text, "group" text, period text) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT ARRAY(SELECT m.id FROM meeting m WHERE ctx.in_network() AND (
    m.hub_id = (SELECT id FROM hub h WHERE h.slug = meetings_of.hub)
    OR m.group_id = (SELECT id FROM alliance_group g WHERE g.slug = meetings_of."group")
    OR m.day BETWEEN period_start(period) AND period_end(period)))
$$;

-- The quorum of a held meeting, by the rule of its day. Of a group there is none.
CREATE FUNCTION scip.meeting_quorum(meeting uuid) RETURNS json LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT json_build_object('quorate', q.quorate, 'missing_sectors', to_json(missing_sectors), 'members_present', heads, 'guests', m.guests)
  FROM meeting m, LATERAL quorate(m.hub_id, m.day,
    ARRAY(SELECT a.person_id FROM attendance a WHERE a.meeting_id = m.id AND a.status = 'present')) q
  WHERE m.id = meeting_quorum.meeting AND m.hub_id IS NOT NULL AND m.status = 'held'
    AND (ctx.sees(m.hub_id, NULL) OR m.attendance_shared_at IS NOT NULL AND ctx.in_network())
$$;

-- How many were there, and nobody's name: for who sees the meeting, and for the network once it is shared.
CREATE FUNCTION scip.attendance_summary(meeting uuid) RETURNS TABLE (attendance_shared_at timestamptz, present int, apologies int,
  absent int, guests int, sectors json) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  WITH noted AS (
    SELECT a.status, p.sector FROM attendance a LEFT JOIN meeting_members(attendance_summary.meeting) p USING (person_id)
    WHERE a.meeting_id = attendance_summary.meeting
  )
  SELECT m.attendance_shared_at, c.present, c.apologies, c.absent, m.guests,
         (SELECT coalesce(json_agg(s ORDER BY s.sector), '[]') FROM (
            SELECT n.sector, count(*) FILTER (WHERE status = 'present') AS present,
                   count(*) FILTER (WHERE status = 'apologies') AS apologies, count(*) FILTER (WHERE status = 'absent') AS absent
            FROM noted n GROUP BY n.sector) s)
  FROM meeting m, (SELECT count(*) FILTER (WHERE status = 'present')::int AS present,
    count(*) FILTER (WHERE status = 'apologies')::int AS apologies,
                          count(*) FILTER (WHERE status = 'absent')::int AS absent FROM noted) c
  WHERE m.id = attendance_summary.meeting
    AND (ctx.sees(m.hub_id, m.group_id) OR m.attendance_shared_at IS NOT NULL AND ctx.in_network())
$$;

-- The persons that the rows of a spreadsheet name, by id or e-mail address, among those who may be present; and what
-- is wrong with a row. For who may set the attendance; no address is given back.
CREATE FUNCTION scip.read_attendance(meeting uuid, body jsonb) RETURNS TABLE (line int, person uuid, status text, wrong_column text,
  wrong text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  WITH cell AS (
    SELECT (r ->> 'line')::int AS line, r -> 'values' ->> 'person' AS person, r -> 'values' ->> 'email' AS email,
           lower(r -> 'values' ->> 'status') AS status, plain(r -> 'values' ->> 'name') AS name,
           lower(r -> 'values' ->> 'sector') AS sector, r -> 'values' ->> 'href' AS href
    FROM jsonb_array_elements(body -> 'rows') r WHERE ctx.writes_meeting(meeting)
  ), member AS MATERIALIZED (
    SELECT p.id, lower(p.email) AS email, m.sector, CASE WHEN ctx.central() OR NOT p.restricted THEN p.name END AS name
    FROM meeting_members(read_attendance.meeting) m JOIN person p ON p.id = m.person_id
  ), named AS (
    SELECT c.*, ARRAY(SELECT m.id FROM member m
      WHERE CASE WHEN c.person IS NOT NULL THEN m.id::text = lower(c.person) AND (c.email IS NULL OR m.email = lower(c.email))
                 ELSE m.email = lower(c.email) END) AS who
    FROM cell c
  ), seen AS (
    SELECT n.*, count(*) OVER (PARTITION BY n.who ORDER BY n.line) AS times FROM named n
  )
  SELECT s.line, s.who[1], s.status, w.in_column, w.what
  FROM seen s LEFT JOIN member m ON m.id = s.who[1] AND cardinality(s.who) = 1 LEFT JOIN LATERAL (
    SELECT * FROM (VALUES
      (1, 'person', 'is missing: a person or an email says who', num_nulls(s.person, s.email) = 2),
      (2, 'person', 'is not the id of a member of that day', s.person IS NOT NULL AND cardinality(s.who) = 0),
      (3, 'email', 'is not the address of a member of that day', s.person IS NULL AND s.email IS NOT NULL AND cardinality(s.who) = 0),
      (4, 'email', 'is the address of several members: give the person', cardinality(s.who) > 1),
      (5, CASE WHEN s.person IS NULL THEN 'email' ELSE 'person' END, 'stands twice', cardinality(s.who) = 1 AND s.times > 1),
      (6, 'status', 'is missing: present, apologies or absent', s.status IS NULL),
      (7, 'status', 'is not one of present, apologies, absent', s.status NOT IN ('present', 'apologies', 'absent')),
      (8, 'name', 'is not the name of this person', s.name <> m.name),
      (9, 'sector', 'is not the sector of this person on that day', s.sector <> m.sector),
      (10, 'href', 'is not the address of this person''s attendance', s.href <> '/v1/meetings/' || meeting || '/attendance/' || m.id))
      v (n, in_column, what, so) WHERE v.so ORDER BY v.n) w ON true
$$;
GRANT EXECUTE ON FUNCTION scip.meeting_head, scip.meetings_of, scip.meeting_quorum, scip.attendance_summary, scip.read_attendance
  TO scip_caller;

-- All rows or none; what is wrong, of the first 1,000. NULL: not the caller's to do.
CREATE FUNCTION scip.import_attendance(meeting uuid, body jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  wrong jsonb;
BEGIN
  IF NOT scip.lock_meeting(meeting) THEN
    RETURN NULL;
  ELSIF NOT body -> 'columns' ?| ARRAY['person', 'email'] THEN
    RETURN '[{"pointer": "/body/line/1", "detail": "names neither a column person nor email"}]';
  ELSIF NOT body -> 'columns' ? 'status' THEN
    RETURN '[{"pointer": "/body/line/1", "detail": "names no column status"}]';
  ELSIF jsonb_array_length(body -> 'rows') > 2000 THEN
    RETURN '[{"pointer": "/body", "detail": "has more than 2,000 lines"}]';
  END IF;
  SELECT coalesce(jsonb_agg(jsonb_build_object('pointer', concat_ws('/', '/body/line', r.line, r.wrong_column), 'detail', r.wrong)
    ORDER BY r.line), '[]')
  INTO wrong
  FROM (SELECT * FROM scip.read_attendance(meeting, body) r WHERE r.wrong IS NOT NULL ORDER BY r.line LIMIT 1000) r;
  IF wrong = '[]' THEN
    PERFORM scip.set_attendance(meeting, (SELECT coalesce(jsonb_agg(jsonb_build_object('person', r.person, 'status', r.status)), '[]')
                                          FROM scip.read_attendance(meeting, body) r), false);
  END IF;
  RETURN wrong;
END $$;
GRANT EXECUTE ON FUNCTION scip.complete_agenda, scip.set_attendance, scip.import_attendance TO scip_caller;

COMMIT;
