-- What the application may do with accounts. Rows of an account go when it is deleted; what was done from it can only be added to, and
-- the archive of closed ones not even be read.
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts, logins, sessions, linkedin_members, codes, resets, linkedin_tickets TO candor_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON suspensions, replies, cases, case_steps, questions TO candor_app;
REVOKE ALL ON account_actions, retired_emails, closed_accounts FROM candor_app;
GRANT SELECT, INSERT ON account_actions, retired_emails TO candor_app;
GRANT INSERT ON closed_accounts TO candor_app;
-- An account's email is sealed for its id, which must therefore be known first.
GRANT USAGE ON SEQUENCE accounts_account_id_seq TO candor_app;
