-- Documents and acceptances are proof: the application adds acceptances and refusals and reads them, and can neither change nor
-- remove one. Texts come with migrations only. Of a publication or an update it notes how far the telling got, nothing else.
REVOKE ALL ON documents, publications, acceptances, refusals, updates FROM candor_app;
GRANT SELECT ON documents TO candor_app;
GRANT SELECT, INSERT ON publications, acceptances, refusals, updates TO candor_app;
GRANT UPDATE (told_through, told_at, switched_through, switched_at) ON publications TO candor_app;
GRANT UPDATE (told_through, told_at) ON updates TO candor_app;
-- Which version of the extension is in use is noted as it is seen, and goes with the account.
REVOKE ALL ON versions_in_use FROM candor_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON versions_in_use TO candor_app;
