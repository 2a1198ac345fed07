-- A lead's history as it is answered, in one place and in order: the events themselves lie where they were written, each on a
-- page of its own.
CREATE INDEX activity_of_lead ON activity (entity_id, entity_version, kind, actor, actor_name, meta, at, id)
    WHERE entity_kind = 0;
