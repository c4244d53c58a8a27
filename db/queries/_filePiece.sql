-- The nth chunk of a file, as long as it may be read.
SELECT bytes FROM scip.file_chunk WHERE file_id = :file AND n = :n
