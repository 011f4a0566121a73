-- What the application may do with the directory, and what nobody may do.
GRANT SELECT, INSERT ON suppression, sources, identities TO candor_app;
GRANT SELECT, INSERT, UPDATE (country, lang, tell_by, hidden_at, planted) ON people TO candor_app;
GRANT USAGE ON SEQUENCE people_person_id_seq TO candor_app;
GRANT SELECT, INSERT, UPDATE (
  verified_at, method, confidence, basis, consent_evidence, screening, screened_at, state, closed_at, closed_reason, purge_at
) ON facts TO candor_app;
GRANT SELECT, INSERT, UPDATE (state, lang, lang_reason, mail_id, sent_at) ON notices TO candor_app;
GRANT SELECT, INSERT, UPDATE ON imports TO candor_app;

-- A refresh never lengthens a fact's life (compliance K4, K5): the privileges above forbid it to the application, this to everybody.
CREATE OR REPLACE FUNCTION refuse_longer_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the expiry of a fact is set once' USING ERRCODE = 'check_violation', CONSTRAINT = 'facts_expires_at_fixed';
END $$;

CREATE OR REPLACE TRIGGER facts_expires_at_fixed
  BEFORE UPDATE OF expires_at, collected_at, first_collected_at ON facts
  FOR EACH ROW
  WHEN (NEW.expires_at > OLD.expires_at OR NEW.collected_at <> OLD.collected_at
        OR NEW.first_collected_at <> OLD.first_collected_at)
  EXECUTE FUNCTION refuse_longer_life();

-- What was taken back goes at its instant (compliance K3). The application cannot remove a fact in any other way.
CREATE OR REPLACE FUNCTION purge_facts(p_at timestamptz, p_most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH over AS (
    SELECT person_id, fact_id FROM facts WHERE purge_at <= p_at ORDER BY purge_at LIMIT p_most FOR UPDATE SKIP LOCKED
  ), gone AS (
    DELETE FROM facts f USING over o WHERE f.person_id = o.person_id AND f.fact_id = o.fact_id RETURNING f.fact_id
  )
  SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION purge_facts(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge_facts(timestamptz, integer) TO candor_app;
