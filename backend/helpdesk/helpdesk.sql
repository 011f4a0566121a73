-- What the application may do with threads. What was said is not changed; all of it goes with its account.
GRANT SELECT, INSERT, UPDATE, DELETE ON threads, unknown_mails TO candor_app;
GRANT SELECT, INSERT, DELETE ON thread_steps, thread_messages, thread_scans TO candor_app;
