-- Records that stand in no search index yet: a search looks at them one by one. Some dozens are put into it together, as
-- each transaction that adds to it leaves a piece to be merged with others; one record alone makes a piece of as many
-- entries as it has grams.
CREATE TABLE lead_unindexed (n INTEGER PRIMARY KEY) STRICT;
CREATE TABLE customer_unindexed (n INTEGER PRIMARY KEY) STRICT;
CREATE TABLE task_unindexed (n INTEGER PRIMARY KEY) STRICT;

-- Archived leads by their row numbers: whether what a search has found is one, without looking at the record.
CREATE INDEX lead_put_away ON lead (archived) WHERE archived = 1;
