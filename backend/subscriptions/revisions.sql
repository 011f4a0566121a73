-- What the application may do with new prices: the answers can only be added to.
-- No row-level security on these: docs/architecture.md, Families, says why.
GRANT SELECT, INSERT, UPDATE ON price_revisions TO candor_app;
GRANT SELECT, INSERT ON price_answers TO candor_app;
