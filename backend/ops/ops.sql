-- What the application may do with the sign-in of those who run Candor.
GRANT SELECT, INSERT, UPDATE, DELETE ON operator_logins, operator_enrolments, operator_sessions TO candor_app;
