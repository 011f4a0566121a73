-- What the application may do with workspaces.
GRANT SELECT, INSERT, UPDATE ON workspaces, members TO candor_app;
