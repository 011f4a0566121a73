-- What the application may do with workspaces.
-- No row-level security on these: docs/architecture.md, Families, says why.
GRANT SELECT, INSERT, UPDATE ON workspaces, members TO candor_app;
