-- A Hub's annual evaluation: figures that the records give and the Hub confirms or overrides, answers to questions, and
-- the return's way from draft to published.
BEGIN;
SET LOCAL client_min_messages = warning;

-- What a return is made of: data of the alliance. Figures of young people are the Hub's own and the central team's.
CREATE TABLE scip.evaluation_metric (
  category text NOT NULL REFERENCES term.evaluation_category,
  ordinal int NOT NULL UNIQUE CHECK (ordinal > 0),
  metric scip.code PRIMARY KEY,
  title scip.label NOT NULL,
  restricted boolean NOT NULL DEFAULT false,
  breakdown text CHECK (breakdown IN ('sector', 'meeting', 'programme'))
);
COMMENT ON COLUMN scip.evaluation_metric.restricted IS 'Read by the Hub itself and the central team alone';
CREATE TABLE scip.evaluation_question (
  code scip.code PRIMARY KEY,
  ordinal int NOT NULL UNIQUE CHECK (ordinal > 0),
  title scip.label NOT NULL,
  required boolean NOT NULL DEFAULT true
);

CREATE TABLE scip.hub_evaluation (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  year scip.year_name NOT NULL,
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'submitted', 'accepted', 'published')),
  submitted_at timestamptz,
  accepted_at timestamptz,
  published_at timestamptz,
  revision_requested_at timestamptz,
  revision_note text CHECK (scip.shows(revision_note) AND length(revision_note) <= 4000),
  CONSTRAINT hub_evaluation_once UNIQUE (hub_id, year),
  CONSTRAINT hub_evaluation_status CHECK (
    (submitted_at IS NOT NULL) = (status <> 'draft') AND (accepted_at IS NOT NULL) = (status IN ('accepted', 'published'))
    AND (published_at IS NOT NULL) = (status = 'published')),
  CONSTRAINT hub_evaluation_returned CHECK (
    (revision_requested_at IS NULL) = (revision_note IS NULL) AND (revision_requested_at IS NULL OR status = 'draft'))
);
COMMENT ON COLUMN scip.hub_evaluation.revision_note IS 'What the central team asked for when it gave a return back, until it is submitted';

-- A breakdown is numbers by part, of which those not named are 0. Its sum, and whether it is another.
CREATE FUNCTION scip.parts_sum(parts jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT coalesce(sum(p.value::numeric), 0) FROM jsonb_each_text(parts) p);
CREATE FUNCTION scip.same_parts(one jsonb, other jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN NOT EXISTS (SELECT
  FROM jsonb_each(one) a FULL JOIN jsonb_each(other) b USING (key) WHERE coalesce(a.value, '0') <> coalesce(b.value, '0'));

-- derived: what the records said when the Hub looked. Confirmed is what needs no reason, with its breakdown if there is one.
CREATE TABLE scip.hub_evaluation_figure (
  evaluation_id uuid REFERENCES scip.hub_evaluation ON DELETE CASCADE,
  metric scip.code REFERENCES scip.evaluation_metric ON UPDATE CASCADE,
  derived numeric,
  value numeric NOT NULL CHECK (value >= 0),
  reason text CHECK (scip.shows(reason) AND length(reason) <= 2000),
  derived_parts jsonb,
  parts jsonb,
  PRIMARY KEY (evaluation_id, metric),
  CONSTRAINT hub_evaluation_figure_reason CHECK (reason IS NOT NULL OR (value = derived AND scip.same_parts(parts, derived_parts)) IS TRUE)
);
CREATE TABLE scip.hub_evaluation_answer (
  evaluation_id uuid REFERENCES scip.hub_evaluation ON DELETE CASCADE,
  question scip.code REFERENCES scip.evaluation_question ON UPDATE CASCADE,
  text text NOT NULL CHECK (scip.shows(text) AND length(text) <= 20000),
  PRIMARY KEY (evaluation_id, question)
);

CALL scip.publish('evaluation_metric', 'evaluation_question');
CALL scip.protect('hub_evaluation_figure', 'hub_evaluation_answer', 'hub_evaluation');

-- The lead writes, in steps that the triggers keep; figures and answers are written by change_evaluation alone.
GRANT SELECT, INSERT (hub_id, year), UPDATE (status, revision_note), DELETE ON scip.hub_evaluation TO scip_caller;
-- All who see the return see its parts.
GRANT SELECT ON scip.hub_evaluation_figure, scip.hub_evaluation_answer TO scip_caller;
CREATE POLICY see ON scip.hub_evaluation_figure FOR SELECT TO scip_writer
  USING (EXISTS (SELECT FROM scip.hub_evaluation e JOIN scip.evaluation_metric m ON m.metric = hub_evaluation_figure.metric
                 WHERE e.id = evaluation_id AND (NOT m.restricted OR ctx.sees(e.hub_id, NULL))));

-- Others see a return come and go; its parts touch it, so they have no change of their own.
CALL scip.track_changes('hub_evaluation', 'hub_evaluation', $$(SELECT h.slug || '/evaluations/' || r.year FROM hub h
  WHERE h.id = r.hub_id)$$, $$ARRAY['hub:' || r.hub_id] || ARRAY(SELECT 'group:' || g.id FROM alliance_group g
  WHERE g.decides_applications AND r.status <> 'draft')$$);
INSERT INTO scip.kind_address VALUES ('hub_evaluation', '/v1/hubs/'), ('programme_evaluation', '/v1/programmes/');
CALL scip.track_changes('evaluation_metric', NULL, 'NULL', 'NULL', record => 'r.metric');
CALL scip.track_changes('evaluation_question', NULL, 'NULL', 'NULL', record => 'r.code');
CALL scip.track_changes('hub_evaluation_figure', NULL, 'NULL', 'NULL', record => $$concat_ws('/', r.evaluation_id, r.metric)$$);
CALL scip.track_changes('hub_evaluation_answer', NULL, 'NULL', 'NULL', record => $$concat_ws('/', r.evaluation_id, r.question)$$);

-- Whether a Hub was active or paused on any day of a time: then it has something to report.
CREATE FUNCTION scip.hub_operated(hub bigint, first date, last date) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (SELECT FROM scip.hub_phases(hub) p
               WHERE p.status IN ('active', 'paused') AND p.since <= last AND (p.until IS NULL OR p.until > first));
GRANT EXECUTE ON FUNCTION scip.hub_operated TO scip_caller;

-- What the records say of each metric of a return today, to two decimals so that it can be sent back as it was read, and of its parts if
-- they add up to it; without those that the caller may not see. In plpgsql, because metrics come with a later change.
CREATE FUNCTION scip.evaluation_derived(hub bigint, year text, OUT metric text, OUT derived numeric, OUT status text, OUT parts jsonb)
RETURNS SETOF record LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF ctx.sees(hub, NULL) OR ctx.decides() THEN
    RETURN QUERY
      SELECT m.metric::text, trim_scale(round(o.value, 2)), coalesce(o.status, 'not_available'),
             CASE WHEN parts_sum(p.parts) = o.value THEN p.parts END
      FROM evaluation_metric m LEFT JOIN metric.of_hub(evaluation_derived.hub, evaluation_derived.year) o ON o.metric = m.metric
      CROSS JOIN LATERAL (SELECT metric.parts_of_hub(m.metric, m.breakdown, hub, evaluation_derived.year) AS parts) p
      WHERE NOT m.restricted OR ctx.sees(hub, NULL);
  END IF;
END $$;

-- What a part of a breakdown is called; NULL of what is no sector, no programme, or no meeting of the Hub in that year.
CREATE FUNCTION scip.part_name(hub bigint, year text, by text, part text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = scip, pg_temp RETURN CASE by WHEN 'sector' THEN (SELECT t.label FROM term t WHERE t.list = by AND t.code = part)
  WHEN 'programme' THEN coalesce((SELECT p.name FROM programme p WHERE p.slug = part), CASE part WHEN '-' THEN 'No programme' END)
  ELSE (SELECT m.day || ' ' || m.title FROM meeting m WHERE m.id::text = part AND m.hub_id = hub AND academic_year(m.day) = year
        AND (ctx.sees(hub, NULL) OR ctx.decides())) END;

-- What a draft still lacks, by the place at which a change of it would say it.
CREATE FUNCTION scip.evaluation_gaps(evaluation uuid) RETURNS jsonb LANGUAGE sql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT jsonb_agg(jsonb_build_object('pointer', g.pointer, 'detail', g.detail) ORDER BY g.part, g.ordinal) FROM (
    SELECT 1 AS part, m.ordinal, '/body/figures/' || m.metric AS pointer, 'is neither confirmed nor overridden' AS detail
      FROM evaluation_metric m
    WHERE NOT EXISTS (SELECT FROM hub_evaluation_figure f WHERE f.evaluation_id = evaluation AND f.metric = m.metric)
    UNION ALL
    SELECT 2, q.ordinal, '/body/answers/' || q.code, 'is not answered' FROM evaluation_question q
    WHERE q.required AND NOT EXISTS (SELECT FROM hub_evaluation_answer a WHERE a.evaluation_id = evaluation AND a.question = q.code)) g
    WHERE EXISTS (SELECT FROM hub_evaluation e WHERE e.id = evaluation AND e.status = 'draft' AND ctx.writes(e.hub_id, NULL));
$$;

CREATE FUNCTION scip.refuse_evaluation(status text) RETURNS void LANGUAGE sql AS $$
  SELECT scip.refuse(409, CASE status WHEN 'draft' THEN 'evaluation-not-submitted' WHEN 'submitted' THEN 'evaluation-submitted'
    WHEN 'accepted' THEN 'evaluation-accepted' ELSE 'evaluation-published' END)
$$;
-- A merge patch {figures: {metric: {value, reason, breakdown: {part: number} | null} | null}, answers: {question: text | null}}: all of it,
-- or what is wrong with it. The records are asked here, so a figure is confirmed only while they say what the Hub has read, and with it
-- their parts if no others are given.
CREATE FUNCTION scip.change_evaluation(evaluation uuid, body jsonb, OUT errors jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  e hub_evaluation;
  given hub_evaluation_figure[];
BEGIN
  SELECT * INTO e FROM hub_evaluation t WHERE t.id = evaluation FOR NO KEY UPDATE;
  PERFORM scip.refuse(403, 'only-the-hub-lead') WHERE NOT coalesce(ctx.writes(e.hub_id, NULL), false);
  PERFORM refuse_evaluation(e.status) WHERE e.status <> 'draft';
  given := ARRAY(
    SELECT ROW(evaluation, p.key, d.derived, v.value, v.reason, d.parts, coalesce(
                 CASE WHEN p.value -> 'breakdown' <> 'null' THEN jsonb_strip_nulls(coalesce(f.parts, '{}') || (p.value -> 'breakdown'))
                      WHEN NOT (p.value ? 'breakdown' OR p.value ? 'value' AND v.reason IS NULL) AND v.value = f.value THEN f.parts END,
                 CASE WHEN v.value = d.derived THEN d.parts END))::hub_evaluation_figure
    FROM jsonb_each(body -> 'figures') p LEFT JOIN evaluation_derived(e.hub_id, e.year) d ON d.metric = p.key
    LEFT JOIN hub_evaluation_figure f ON f.evaluation_id = evaluation AND f.metric = p.key
    CROSS JOIN LATERAL (SELECT coalesce((p.value ->> 'value')::numeric, f.value) AS value,
                               CASE WHEN p.value ? 'reason' THEN p.value ->> 'reason' ELSE f.reason END AS reason) v
    WHERE p.value <> 'null');
  SELECT jsonb_agg(jsonb_build_object('pointer', x.pointer, 'detail', x.detail) ORDER BY x.pointer) INTO errors FROM (
    SELECT '/body/figures/' || k AS pointer, 'is no metric of the evaluation' AS detail FROM jsonb_object_keys(body -> 'figures') k
    WHERE NOT EXISTS (SELECT FROM evaluation_metric m WHERE m.metric = k)
    UNION ALL
    SELECT '/body/answers/' || k, 'is no question of the evaluation' FROM jsonb_object_keys(body -> 'answers') k
    WHERE NOT EXISTS (SELECT FROM evaluation_question q WHERE q.code = k)
    UNION ALL
    SELECT concat('/body/figures/', g.metric, CASE WHEN g.value IS NULL THEN '/value' ELSE '/reason' END),
           CASE WHEN g.value IS NULL THEN 'is missing' WHEN g.derived IS NULL THEN 'is needed: the records do not say'
                ELSE 'is needed: the records say otherwise' END
    FROM unnest(given) g JOIN evaluation_metric m ON m.metric = g.metric
    WHERE g.value IS NULL OR g.reason IS NULL AND (g.value = g.derived AND same_parts(g.parts, g.derived_parts)) IS NOT TRUE
    UNION ALL
    SELECT format('/body/figures/%s/breakdown/%s', m.metric, k.key), coalesce('is no such ' || m.breakdown, 'has no breakdown')
    FROM evaluation_metric m, jsonb_each(nullif(body -> 'figures' -> m.metric -> 'breakdown', 'null')) k
    WHERE k.value <> 'null' AND part_name(e.hub_id, e.year, m.breakdown, k.key) IS NULL) x;
  IF errors IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM scip.refuse(422, 'breakdown-does-not-add-up', string_agg('/body/figures/' || g.metric || '/breakdown', ' '))
  FROM unnest(given) g WHERE g.parts IS NOT NULL AND parts_sum(g.parts) <> g.value HAVING count(*) > 0;
  DELETE FROM hub_evaluation_figure f WHERE f.evaluation_id = evaluation AND body -> 'figures' -> f.metric = 'null';
  INSERT INTO hub_evaluation_figure SELECT g.* FROM unnest(given) g
  ON CONFLICT (evaluation_id, metric) DO UPDATE SET derived = excluded.derived, value = excluded.value, reason = excluded.reason,
    derived_parts = excluded.derived_parts, parts = excluded.parts;
  DELETE FROM hub_evaluation_answer a WHERE a.evaluation_id = evaluation AND body -> 'answers' -> a.question = 'null';
  INSERT INTO hub_evaluation_answer SELECT evaluation, p.key, p.value #>> '{}' FROM jsonb_each(body -> 'answers') p WHERE p.value <> 'null'
  ON CONFLICT (evaluation_id, question) DO UPDATE SET text = excluded.text;
  UPDATE hub_evaluation t SET updated_at = now() WHERE t.id = evaluation; -- the return's version is that of its parts
END $$;

-- What a programme came to in a year, found by the central team; a draft until it is published.
CREATE TABLE scip.programme_evaluation (
  LIKE ctx.entry INCLUDING ALL,
  programme_id bigint NOT NULL REFERENCES scip.programme,
  year scip.year_name NOT NULL,
  summary text NOT NULL CHECK (scip.shows(summary) AND length(summary) <= 20000),
  summary_cy text CHECK (scip.shows(summary_cy) AND length(summary_cy) <= 20000),
  document_id bigint REFERENCES scip.document ON DELETE SET NULL,
  published_at timestamptz,
  CONSTRAINT programme_evaluation_once UNIQUE (programme_id, year)
);
CALL scip.publish('programme_evaluation');
GRANT INSERT, UPDATE, DELETE ON scip.programme_evaluation TO scip_caller;
CALL scip.track_changes('programme_evaluation', 'programme_evaluation', $$(SELECT p.slug || '/evaluations/' || r.year FROM programme p
  WHERE p.id = r.programme_id)$$, $$ARRAY[CASE WHEN r.published_at IS NULL THEN 'role:central' ELSE 'public' END]$$);

-- The answers of published returns, for the document that the network publishes of a year.
CREATE FUNCTION scip.published_answers(year text) RETURNS TABLE (hub_id bigint, question text, text text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT e.hub_id, a.question::text, a.text
  FROM hub_evaluation e JOIN hub_evaluation_answer a ON a.evaluation_id = e.id JOIN evaluation_question q ON q.code = a.question
  JOIN hub h ON h.id = e.hub_id
  WHERE e.year = published_answers.year AND e.status = 'published'
  ORDER BY h.name_sort, e.hub_id, q.ordinal
$$;
GRANT EXECUTE ON FUNCTION scip.evaluation_derived, scip.part_name, scip.evaluation_gaps, scip.change_evaluation, scip.published_answers
  TO scip_caller;
GRANT EXECUTE ON FUNCTION scip.published_answers TO scip_anonymous;

-- A return is begun when its year has, by a Hub that was at work in it, and only a draft can be deleted.
CALL scip.add_trigger($$guard_removal BEFORE DELETE ON hub_evaluation WHEN (OLD.status <> 'draft')$$,
  $$PERFORM refuse_evaluation(OLD.status);$$);
CALL scip.add_trigger('guard_evaluation BEFORE INSERT ON hub_evaluation', $$
  PERFORM scip.refuse(409, 'year-not-started', '/path/year') WHERE period_start(NEW.year) > today();
  PERFORM scip.refuse(409, 'hub-not-active', '/path/year') WHERE NOT hub_operated(NEW.hub_id, period_start(NEW.year), period_end(NEW.year));
$$);

-- Every step is one from a status to another: who names the status that there is comes too late. The lead submits, once the
-- year is over; the other steps are the central team's. What is published goes back as a correction. A row trigger has the row's lock, and
-- what it reads is of after that.
CALL scip.add_trigger('step_evaluation BEFORE UPDATE OF status ON hub_evaluation', $$
  PERFORM scip.refuse(403, 'only-the-central-team') WHERE NEW.status <> 'submitted' AND NOT ctx.central();
  PERFORM refuse_evaluation(OLD.status)
    WHERE (OLD.status, NEW.status) NOT IN (('draft', 'submitted'), ('submitted', 'accepted'), ('accepted', 'published'),
                                           ('submitted', 'draft'), ('accepted', 'draft'))
          AND NOT ((OLD.status, NEW.status) = ('published', 'draft') AND is_corrected(
            '/v1/hubs/' || (SELECT h.slug FROM hub h WHERE h.id = NEW.hub_id) || '/evaluations/' || NEW.year));
  PERFORM scip.refuse(409, 'year-not-over') WHERE NEW.status = 'submitted' AND period_end(NEW.year) >= today();
  PERFORM scip.refuse(422, 'evaluation-incomplete') WHERE NEW.status = 'submitted' AND evaluation_gaps(NEW.id) IS NOT NULL;
  CASE NEW.status
    WHEN 'submitted' THEN
      NEW.submitted_at := now(); NEW.revision_requested_at := NULL; NEW.revision_note := NULL;
    WHEN 'accepted' THEN
      NEW.accepted_at := now();
    WHEN 'published' THEN
      NEW.published_at := now();
    ELSE
      NEW.submitted_at := NULL; NEW.accepted_at := NULL; NEW.published_at := NULL; NEW.revision_requested_at := now();
  END CASE;
$$);

-- What has been submitted does not change. The lock makes a change wholly before or after a submission.
CALL scip.add_trigger('guard_part BEFORE INSERT OR UPDATE OR DELETE ON hub_evaluation_figure, hub_evaluation_answer', $$
DECLARE
  part uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.evaluation_id ELSE NEW.evaluation_id END;
  status text;
BEGIN
  SELECT e.status INTO status FROM hub_evaluation e WHERE e.id = part FOR NO KEY UPDATE; -- none: it goes with its parts
  PERFORM refuse_evaluation(status) WHERE status <> 'draft';
$$);

COMMIT;
