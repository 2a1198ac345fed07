//! What opening a store may change about its schema.

/// What opening a store may change about its schema: its tables or collections, its indexes, and the keys that records
/// are sorted and searched by.
///
/// A schema is changed while no other program of this version uses the store. So only the server and the command that
/// migrates open with [`OpenMode::Migrate`], on the embedded store under its serve lock. Any other command uses a
/// schema that is its own, or refuses the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenMode {
    /// Makes the store if there is none, migrates an older one, rebuilds outdated keys.
    #[default]
    Migrate,
    /// Makes the store if there is none. Refuses one whose schema is not that of this program.
    CreateIfEmpty,
    /// Makes nothing. Refuses a missing store, and one whose schema is not that of this program.
    Existing,
}
