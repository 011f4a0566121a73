-- What the application may do with the kernel's tables. Of what those who run Candor did, nothing is changed or removed.
GRANT SELECT, INSERT, UPDATE, DELETE ON mails, messages, switches, sandbox_clock, operators, ops_tasks, due_failures, daily_figures, counted,
  incidents, incident_notices TO candor_app;
REVOKE ALL ON ops_log FROM candor_app;
GRANT SELECT, INSERT ON ops_log TO candor_app;
