-- What the application may do with accounts. Rows of an account go when it is deleted; what was done from it can only be added to, and
-- the archive of closed ones not even be read, but for when its parts go.
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts, logins, sessions, linkedin_members, codes, resets, linkedin_tickets, sightings TO candor_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON suspensions, replies, cases, case_steps, questions TO candor_app;
REVOKE ALL ON account_actions, retired_emails, closed_accounts FROM candor_app;
GRANT SELECT, INSERT ON account_actions, retired_emails TO candor_app;
GRANT INSERT, SELECT (account_id, purge_at), UPDATE (purge_at) ON closed_accounts TO candor_app;
-- An account's email is sealed for its id, which must therefore be known first.
GRANT USAGE ON SEQUENCE accounts_account_id_seq TO candor_app;

-- Removes the evidence of one closed account whose time is over, and the lines of what was done from it.
CREATE OR REPLACE FUNCTION purge_evidence(p_account bigint, p_at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM closed_accounts WHERE account_id = p_account AND purge_at <= p_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'this evidence is kept still';
  END IF;
  DELETE FROM account_actions WHERE account_id = p_account;
END $$;
REVOKE ALL ON FUNCTION purge_evidence(bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge_evidence(bigint, timestamptz) TO candor_app;
