-- What the application may do with the ledger. Entries and reveals can be added and read, never changed; of a lot only what remains.
-- No row-level security on these: docs/architecture.md, Families, says why.
GRANT SELECT, INSERT, UPDATE ON permits TO candor_app;
GRANT SELECT, INSERT ON lots, reveals, entries TO candor_app;
GRANT UPDATE (remaining) ON lots TO candor_app;
