-- What the application may do with plans, quotes and dues. Nothing here is removed: what ended or failed is a state.
-- No row-level security on these: docs/architecture.md, Families, says why.
GRANT SELECT, INSERT, UPDATE ON subscriptions, quotes, premiums, dues TO candor_app;
GRANT SELECT, INSERT ON subscribers, returns TO candor_app;
GRANT SELECT, INSERT, UPDATE ON legal_rates, breaches, formal_notices TO candor_app;
-- A freemium is an account's own, and goes with it.
GRANT DELETE ON subscriptions TO candor_app;

-- A premium hangs on a Workspace that was created; a home of one does not do (7.2.1).
CREATE OR REPLACE FUNCTION require_created() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT is_created(NEW.workspace_id) THEN
    RAISE EXCEPTION 'a premium needs a created Workspace' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER premiums_created BEFORE INSERT ON premiums FOR EACH ROW EXECUTE FUNCTION require_created();
