-- Every commit adds a piece to the search index, and pieces are merged later. By fours, as it comes, each entry is written
-- again and again as the store grows: at a million leads that was two thirds of what a new lead took. By sixteens it is
-- written half as often, and a search looks into some forty pieces instead of a dozen, which it does not feel. None is to
-- wait for a merge in one go.
INSERT INTO lead_search (lead_search, rank) VALUES ('automerge', 16), ('crisismerge', 64);
INSERT INTO customer_search (customer_search, rank) VALUES ('automerge', 16), ('crisismerge', 64);
INSERT INTO task_search (task_search, rank) VALUES ('automerge', 16), ('crisismerge', 64);
