-- What the application may do with the ledger. Entries and reveals can be added and read, never changed; of a lot only what remains and what is set aside.
-- No row-level security on these: docs/architecture.md, Families, says why.
GRANT SELECT, INSERT, UPDATE ON permits TO candor_app;
GRANT SELECT, INSERT ON lots, reveals, entries TO candor_app;
GRANT UPDATE (remaining, frozen) ON lots TO candor_app;
GRANT SELECT, INSERT, UPDATE ON member_months, expiry_alerts TO candor_app;
