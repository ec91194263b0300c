-- Somebody on the telephone says their account number: their contact is one seek, however many there are.
CREATE INDEX contacts_by_account ON contacts (account_number) WHERE account_number <> '';
