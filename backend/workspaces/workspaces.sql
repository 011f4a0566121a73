-- What the application may do with workspaces. The log of what was done can be added to and read, never changed.
-- No row-level security on these: docs/architecture.md, Families, says why.
GRANT SELECT, INSERT, UPDATE ON workspaces, members, invitations TO candor_app;
GRANT DELETE ON members TO candor_app;
GRANT SELECT, INSERT ON activity TO candor_app;

-- Removes everything there is of a workspace, the parts that can otherwise only be added to included: every table of the workspace
-- family is one whose primary key begins with `workspace_id`, but for what accounting keeps. Its members must have left, and nobody
-- can erase a part of it.
CREATE OR REPLACE FUNCTION erase_workspace(p_workspace bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  family regclass;
BEGIN
  IF EXISTS (SELECT FROM members WHERE workspace_id = p_workspace) THEN
    RAISE EXCEPTION 'a workspace with members is not erased';
  END IF;
  FOR family IN
    SELECT i.indrelid::regclass FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indisprimary AND a.attname = 'workspace_id' AND NOT c.relispartition
      -- What was billed stays due, and accounting is kept (X19): such tables say so.
      AND coalesce(obj_description(c.oid, 'pg_class'), '') NOT LIKE '%kept=True%'
    ORDER BY c.relname
  LOOP
    EXECUTE format('DELETE FROM %s WHERE workspace_id = $1', family) USING p_workspace;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION erase_workspace(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_workspace(bigint) TO candor_app;

-- Whether it is a Workspace that was created, not a home of one: rooms above ask this before they hang something on it.
CREATE OR REPLACE FUNCTION is_created(p_workspace bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM workspaces WHERE workspace_id = p_workspace AND name IS NOT NULL)
$$;
