-- Acceptances are proof: the application adds and reads them, and can neither change nor remove one.
REVOKE ALL ON acceptances FROM candor_app;
GRANT SELECT, INSERT ON acceptances TO candor_app;
