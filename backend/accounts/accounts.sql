-- What the application may do with accounts: rows that only live for minutes may go, the others stay.
GRANT SELECT, INSERT, UPDATE ON accounts, logins, sessions, linkedin_members TO candor_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON codes, resets, linkedin_tickets TO candor_app;
-- An account's email is sealed for its id, which must therefore be known first.
GRANT USAGE ON SEQUENCE accounts_account_id_seq TO candor_app;
