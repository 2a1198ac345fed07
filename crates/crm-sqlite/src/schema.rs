//! The schema, as the list of its migrations.

use crate::engine::migrate::Migration;

/// Every migration, in order. One that was released is never changed.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "the first schema", sql: include_str!("migrations/0001_initial.sql") },
    Migration { number: 2, name: "marks of imports", sql: include_str!("migrations/0002_arrivals.sql") },
    Migration { number: 3, name: "the audit log", sql: include_str!("migrations/0003_audit.sql") },
    Migration { number: 4, name: "wrong passwords", sql: include_str!("migrations/0004_throttle.sql") },
    Migration {
        number: 5,
        name: "refresh tokens that change with each use",
        sql: include_str!("migrations/0005_session_rotation.sql"),
    },
    Migration {
        number: 6,
        name: "headers of kept answers",
        sql: include_str!("migrations/0006_replay_headers.sql"),
    },
    Migration {
        number: 7,
        name: "fewer merges of the search index",
        sql: include_str!("migrations/0007_search_merges.sql"),
    },
    Migration {
        number: 8,
        name: "records that wait for the search index",
        sql: include_str!("migrations/0008_search_in_pieces.sql"),
    },
    Migration {
        number: 9,
        name: "searched texts of each owner",
        sql: include_str!("migrations/0009_texts_by_owner.sql"),
    },
    Migration {
        number: 10,
        name: "the history of leads",
        sql: include_str!("migrations/0010_history_of_leads.sql"),
    },
    Migration {
        number: 11,
        name: "open sessions by access version",
        sql: include_str!("migrations/0011_sessions.sql"),
    },
    Migration {
        number: 12,
        name: "the place of a rebuild of search keys",
        sql: include_str!("migrations/0012_search_rebuild.sql"),
    },
    Migration {
        number: 13,
        name: "clean-ups after deleted customers",
        sql: include_str!("migrations/0013_batches.sql"),
    },
];
