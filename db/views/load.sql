-- Who sees and writes which rows; what the read queries select from: one view a resource, with its nested JSON made once; and
-- the functions that read views. security_invoker: the reader's own row-level security applies. Columns that begin with an
-- underscore are for filters and order. As the owner of the schema, behind all changes, in one transaction, from the folder above:
-- psql -f views/load.sql.
-- Each is where what it reads is before it.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../access.sql
\ir drop.sql
\ir alliance.sql
\ir access.sql
\ir founding.sql
\ir people.sql
\ir events.sql
\ir projects.sql
\ir meetings.sql
\ir reporting.sql
\ir training.sql
\ir library.sql
\ir evaluations.sql
\ir metrics.sql
\ir usage.sql
\ir rights.sql
\ir links.sql
\ir network_evaluation.sql
\o /dev/null
\ir verify.sql
\o
COMMIT;
