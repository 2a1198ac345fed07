-- What else an answer that is kept had: its entity tag, and where what it made can be read.
ALTER TABLE replay ADD COLUMN etag TEXT;
ALTER TABLE replay ADD COLUMN location TEXT;
