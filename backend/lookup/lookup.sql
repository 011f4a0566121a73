-- What the application may do with reports of wrong details. They go with their workspace, and with the account that made them.
-- No row-level security on these: docs/architecture.md, Families, says why.
GRANT SELECT, INSERT, UPDATE, DELETE ON detail_reports TO candor_app;
