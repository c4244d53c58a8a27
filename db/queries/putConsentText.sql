-- Adds the text, if its version is free.
WITH made AS (
  INSERT INTO scip.consent_text (version, text, text_cy) VALUES (:version, :text, :text_cy)
  ON CONFLICT (version) DO NOTHING
  RETURNING version
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/training/consent-texts/' || :version AS _location
