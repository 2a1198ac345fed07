//! What a partial update says about one member (JSON Merge Patch, RFC 7396).
//!
//! Absent means keep. A member that must always have a value is a [`Patch`], one that may be empty a
//! [`NullablePatch`].

/// What to do with a value that cannot be empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It becomes this.
    Set(T),
}

/// What to do with a value that may be empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NullablePatch<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It becomes empty.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Patch<T> {
    /// Carries the update out.
    pub fn apply(self, value: &mut T) {
        match self {
            Self::Keep => {}
            Self::Set(new) => *value = new,
        }
    }

    /// Whether the update leaves the value alone.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The new value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Keep => None,
            Self::Set(new) => Some(new),
        }
    }

    /// The new value, if there is one.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Keep => None,
            Self::Set(new) => Some(new),
        }
    }

    /// The same update of another type.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Set(new) => Patch::Set(convert(new)),
        }
    }
}

impl<T> NullablePatch<T> {
    /// Carries the update out.
    pub fn apply(self, value: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *value = None,
            Self::Set(new) => *value = Some(new),
        }
    }

    /// Whether the update leaves the value alone.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The new value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Keep | Self::Clear => None,
            Self::Set(new) => Some(new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keep_leaves_a_value_alone() {
        let (mut name, mut phone) = ("Ada", Some("1"));
        Patch::Keep.apply(&mut name);
        NullablePatch::Keep.apply(&mut phone);
        assert_eq!((name, phone), ("Ada", Some("1")));
        assert!(Patch::<u8>::default().is_keep() && NullablePatch::<u8>::default().is_keep());
    }

    #[test]
    fn set_replaces_and_clear_empties() {
        let (mut name, mut phone) = ("Ada", None);
        Patch::Set("Grace").apply(&mut name);
        NullablePatch::Set("1").apply(&mut phone);
        assert_eq!((name, phone), ("Grace", Some("1")));
        NullablePatch::Clear.apply(&mut phone);
        assert_eq!(phone, None);
        assert!(!Patch::Set(1).is_keep() && !NullablePatch::<u8>::Clear.is_keep());
    }

    #[test]
    fn only_a_new_value_can_be_looked_at() {
        assert_eq!(Patch::Set(1).map(|one| one + 1).into_value(), Some(2));
        assert_eq!(Patch::<u8>::Keep.value(), None);
        assert_eq!(NullablePatch::Set(1).value(), Some(&1));
        assert_eq!(NullablePatch::<u8>::Clear.value(), None);
    }
}
