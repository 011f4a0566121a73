-- What the application may do with plans, quotes and dues. Nothing here is removed: what ended or failed is a state.
-- No row-level security on these: docs/architecture.md, Families, says why.
GRANT SELECT, INSERT, UPDATE ON subscriptions, quotes, premiums, dues TO candor_app;
GRANT SELECT, INSERT ON subscribers TO candor_app;
-- A freemium is an account's own, and goes with it.
GRANT DELETE ON subscriptions TO candor_app;
