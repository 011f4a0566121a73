-- What the application may do with the sign-in of those who run Candor, with disputes and with the register of breaches.
GRANT SELECT, INSERT, UPDATE, DELETE ON operator_logins, operator_enrolments, operator_sessions TO candor_app;
GRANT SELECT, INSERT, UPDATE ON disputes, data_breaches TO candor_app;
