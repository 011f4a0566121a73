-- What the application may do with subscriptions.
-- No row-level security on these: docs/architecture.md, Families, says why.
GRANT SELECT, INSERT, UPDATE ON subscriptions TO candor_app;
