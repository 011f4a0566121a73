-- What the application may do with the kernel's tables.
GRANT SELECT, INSERT, UPDATE, DELETE ON mails, switches, sandbox_clock TO candor_app;
