-- The ledger's verbs that the hot path calls. One call is one transaction; who may spend, and what pays, is decided here and nowhere else.

-- Why this account may not spend now, or null. The order is the one in which a caller learns what is in the way.
CREATE OR REPLACE FUNCTION standing(permit permits, p_session bigint, p_at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN permit.state IS NULL OR permit.state = 'ended' OR p_session = ANY (permit.ended_sessions) THEN 'session-ended'
    WHEN permit.state = 'suspended' THEN 'account-suspended'
    WHEN NOT permit.terms_ok THEN 'terms-required'
    WHEN permit.synced_until IS NULL OR permit.synced_until <= p_at THEN 'linkedin-sync-required'
    WHEN NOT permit.extension_seen THEN 'extension-required'
    WHEN permit.plan_until IS NULL OR permit.plan_until <= p_at THEN 'subscription-required'
  END
$$;

-- What a lookup may say: the standing, and which kinds of this person the workspace has paid for.
CREATE OR REPLACE FUNCTION quote(
  p_workspace bigint, p_account bigint, p_session bigint, p_persons bigint[], p_at timestamptz
) RETURNS TABLE (obstacle text, reason text, owned text[])
LANGUAGE sql STABLE AS $$
  SELECT standing(permit, p_session, p_at), permit.reason,
         ARRAY(SELECT DISTINCT r.kind FROM reveals r WHERE r.workspace_id = p_workspace AND r.person_id = ANY (p_persons))
  FROM (SELECT) AS always LEFT JOIN permits permit ON permit.workspace_id = p_workspace AND permit.account_id = p_account
$$;

-- Whether this lot pays for this account now; the planner writes it out inside each query, so that the burn index serves it.
CREATE OR REPLACE FUNCTION spendable(lot lots, p_account bigint, p_at timestamptz, p_unlimited boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT lot.open AND (lot.account_id IS NULL OR lot.account_id = p_account)
    AND lot.valid_from <= p_at AND (lot.expires_at IS NULL OR lot.expires_at > p_at)
    AND (p_unlimited OR lot.source <> 'unlimited')
$$;

-- Charges for what may be shown of one person: one row a kind, or a single row (kind null) that names the obstacle.
--   p_persons   the root, then all that were merged into it: known if any of them is paid; empty when nobody was found
--   p_kinds     what is asked; p_showable: the part of it that has something to show
--   p_program   a program's call: the unlimited lot never pays
-- Locks are taken in one order everywhere (kinds, then the member's month, then lots in burn order, then the reveal), so that calls wait
-- but do not cross.
CREATE OR REPLACE FUNCTION reveal(
  p_workspace bigint, p_account bigint, p_session bigint, p_persons bigint[], p_kinds text[], p_showable text[],
  p_at timestamptz, p_program boolean DEFAULT false
) RETURNS TABLE (kind text, outcome text, charged integer, available bigint, reason text)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  permit permits;
  with_unlimited boolean;
  paying bigint;
  balance integer;
  most integer;
  within_limit boolean := true;
BEGIN
  SELECT * INTO permit FROM permits p WHERE p.workspace_id = p_workspace AND p.account_id = p_account;
  outcome := standing(permit, p_session, p_at);
  IF outcome IS NOT NULL THEN
    reason := permit.reason;
    RETURN NEXT;
    RETURN;
  END IF;
  with_unlimited := NOT (permit.held OR p_program);

  FOREACH kind IN ARRAY ARRAY['b2b_email', 'phone', 'direct_email', 'export'] LOOP
    CONTINUE WHEN kind <> ALL (p_kinds);
    charged := 0;
    reason := NULL;
    IF permit.unlimited_kind = kind AND with_unlimited THEN
      PERFORM mint_unlimited(p_workspace, p_account, kind, p_at);
    END IF;

    IF kind <> ALL (p_showable) OR cardinality(p_persons) = 0 THEN
      outcome := 'not_found';
    ELSIF EXISTS (SELECT FROM reveals r
                  WHERE r.workspace_id = p_workspace AND r.person_id = ANY (p_persons) AND r.kind = reveal.kind) THEN
      outcome := 'known';
    ELSE
      IF permit.limits IS NOT NULL THEN
        most := (permit.limits ->> kind)::integer;
        within_limit := most IS NULL OR spend_of_month(p_workspace, p_account, kind, most, p_at);
        paying := NULL;
      END IF;
      -- The debit is also the lock. Where a rival drains the lot while we wait for it, nothing is debited, and a new statement takes
      -- the next lot or one granted meanwhile, until there really is none.
      WHILE within_limit LOOP
        UPDATE lots l SET remaining = l.remaining - 1
        WHERE l.workspace_id = p_workspace AND spendable(l, p_account, p_at, with_unlimited) AND l.lot_id = (
          SELECT l.lot_id FROM lots l
          WHERE l.workspace_id = p_workspace AND l.kind = reveal.kind AND spendable(l, p_account, p_at, with_unlimited)
          ORDER BY l.rank, l.expires_at, l.lot_id
          LIMIT 1)
        RETURNING l.lot_id, l.remaining INTO paying, balance;
        EXIT WHEN FOUND OR NOT EXISTS (
          SELECT FROM lots l
          WHERE l.workspace_id = p_workspace AND l.kind = reveal.kind AND spendable(l, p_account, p_at, with_unlimited));
      END LOOP;

      IF paying IS NOT NULL THEN
        INSERT INTO reveals (workspace_id, person_id, kind, account_id, lot_id, revealed_at)
        SELECT p_workspace, p_persons[1], kind, p_account, paying, p_at
        -- A new statement sees what a rival committed while we waited for the lot, under whichever of the merged ids.
        WHERE NOT EXISTS (SELECT FROM reveals r
                          WHERE r.workspace_id = p_workspace AND r.person_id = ANY (p_persons) AND r.kind = reveal.kind)
        ON CONFLICT DO NOTHING;
        IF FOUND THEN
          INSERT INTO entries (workspace_id, lot_id, kind, action, delta, balance, account_id, person_id, at)
          VALUES (p_workspace, paying, kind, 'reveal', -1, balance, p_account, p_persons[1], p_at);
          outcome := 'revealed';
          charged := 1;
        ELSE
          outcome := 'known';
          -- Given back before anybody saw it taken.
          UPDATE lots l SET remaining = l.remaining + 1 WHERE l.workspace_id = p_workspace AND l.lot_id = paying;
        END IF;
      -- The last credit may have gone, while we waited, to a teammate who asked for the same person.
      ELSIF EXISTS (SELECT FROM reveals r
                    WHERE r.workspace_id = p_workspace AND r.person_id = ANY (p_persons) AND r.kind = reveal.kind) THEN
        outcome := 'known';
      ELSIF NOT within_limit THEN
        outcome := 'empty';
        reason := 'member-limit';
      ELSIF permit.unlimited_kind = kind AND NOT p_program THEN
        outcome := 'capped';
        reason := CASE WHEN permit.held THEN 'held' END;
      ELSE
        outcome := 'empty';
      END IF;

      IF most IS NOT NULL AND within_limit AND charged = 0 THEN
        UPDATE member_months m SET spent = m.spent - 1
        WHERE m.workspace_id = p_workspace AND m.account_id = p_account AND m.kind = reveal.kind AND m.month_ends_at = month_end(p_at);
      END IF;
    END IF;

    SELECT coalesce(sum(l.remaining), 0) INTO available FROM lots l
    WHERE l.workspace_id = p_workspace AND l.kind = reveal.kind AND spendable(l, p_account, p_at, with_unlimited);
    IF permit.limits ? kind THEN
      available := least(available, left_of_month(p_workspace, p_account, kind, (permit.limits ->> kind)::integer, p_at));
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;

-- When the calendar month (Europe/Paris) of an instant ends.
CREATE OR REPLACE FUNCTION month_end(p_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT (date_trunc('month', p_at AT TIME ZONE 'Europe/Paris') + interval '1 month') AT TIME ZONE 'Europe/Paris'
$$;

-- Counts one credit against the member's limit of the month; false where the limit is reached. The row is locked until the call ends.
CREATE OR REPLACE FUNCTION spend_of_month(
  p_workspace bigint, p_account bigint, p_kind text, p_most integer, p_at timestamptz
) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  INSERT INTO member_months AS m (workspace_id, account_id, kind, month_ends_at, spent)
  SELECT p_workspace, p_account, p_kind, month_end(p_at), 1 WHERE p_most > 0
  ON CONFLICT (workspace_id, account_id, kind, month_ends_at) DO UPDATE SET spent = m.spent + 1 WHERE m.spent < p_most;
  RETURN FOUND;
END $$;

-- What the member's limit still allows this month.
CREATE OR REPLACE FUNCTION left_of_month(
  p_workspace bigint, p_account bigint, p_kind text, p_most integer, p_at timestamptz
) RETURNS integer
LANGUAGE sql STABLE AS $$
  SELECT greatest(0, p_most - coalesce((
    SELECT m.spent FROM member_months m WHERE m.workspace_id = p_workspace AND m.account_id = p_account
      AND m.kind = p_kind AND m.month_ends_at = month_end(p_at)), 0))
$$;

-- The personal lot of 10,000 for this calendar month (Europe/Paris), made when the kind is first asked for; a lot carried in from another
-- workspace, even a spent one, stands in its place.
CREATE OR REPLACE FUNCTION mint_unlimited(p_workspace bigint, p_account bigint, p_kind text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  month_start timestamptz := date_trunc('month', p_at AT TIME ZONE 'Europe/Paris') AT TIME ZONE 'Europe/Paris';
  month_end timestamptz := month_end(p_at);
  minted bigint;
BEGIN
  PERFORM FROM lots l WHERE l.workspace_id = p_workspace AND l.account_id = p_account AND l.source = 'unlimited'
    AND l.expires_at = month_end;
  IF FOUND THEN
    RETURN;
  END IF;
  -- An account that is just moving away takes its month along: whoever holds the permit has moved, or has to wait.
  PERFORM FROM permits p WHERE p.workspace_id = p_workspace AND p.account_id = p_account AND p.state <> 'ended' FOR SHARE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  INSERT INTO lots (workspace_id, account_id, kind, source, rank, granted, remaining, valid_from, expires_at, grant_key)
  VALUES (p_workspace, p_account, p_kind, 'unlimited', 0, 10000, 10000, month_start, month_end,
          format('unlimited:%s:%s', p_account, to_char(p_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM')))
  ON CONFLICT DO NOTHING
  RETURNING lot_id INTO minted;
  IF minted IS NOT NULL THEN
    INSERT INTO entries (workspace_id, lot_id, kind, action, delta, balance, account_id, reason, at)
    VALUES (p_workspace, minted, p_kind, 'grant', 10000, 10000, p_account, 'unlimited', p_at);
  END IF;
END $$;
