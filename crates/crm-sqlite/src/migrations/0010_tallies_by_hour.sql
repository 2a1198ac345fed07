-- What the counters count (TALLY_VERSION): a store that was counted otherwise is counted anew as it is opened. Since 1 they
-- count what is due by the hour as well as by the day.
ALTER TABLE workspace ADD COLUMN tally_version INTEGER NOT NULL DEFAULT 0;
