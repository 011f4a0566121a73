-- What the application may do with subscriptions.
GRANT SELECT, INSERT, UPDATE ON subscriptions TO candor_app;
