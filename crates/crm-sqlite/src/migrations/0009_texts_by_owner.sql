-- What the leads of one owner are searched by, in the order of their row numbers: where so many of them may be found that
-- asking the search index takes longer, their texts are read from here, one after the other and without the records.
CREATE INDEX lead_by_owner_text ON lead (owner, archived, n, search_key);
