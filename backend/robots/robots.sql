-- What the application may do here: the ladder can only be added to. What an account leaves goes with it, by one function.
REVOKE ALL ON robot_steps, human_checks FROM candor_app;
GRANT SELECT, INSERT ON robot_steps TO candor_app;
GRANT SELECT, INSERT, UPDATE ON human_checks TO candor_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON score_replays TO candor_app;
GRANT SELECT, INSERT, DELETE ON score_paths TO candor_app;

-- Removes what the ladder kept of an account that is being deleted.
CREATE OR REPLACE FUNCTION forget_robot(p_account bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM robot_steps WHERE account_id = p_account;
  DELETE FROM human_checks WHERE account_id = p_account;
  DELETE FROM score_paths WHERE account_id = p_account;
END $$;
REVOKE ALL ON FUNCTION forget_robot(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_robot(bigint) TO candor_app;
