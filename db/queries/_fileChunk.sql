-- Keeps a chunk. It need not survive a crash by itself: the end of the upload looks whether all are there.
INSERT INTO scip.file_chunk (file_id, n, bytes)
SELECT :file, :n, :bytes FROM set_config('synchronous_commit', 'off', true)
ON CONFLICT (file_id, n) DO NOTHING
