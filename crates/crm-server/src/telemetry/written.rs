//! What tests have written.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;

/// Keeps what is written, each call by itself. Clones keep it together.
#[derive(Debug, Clone, Default)]
pub(super) struct Written(Arc<Mutex<Vec<String>>>);

impl Written {
    /// What each call wrote.
    pub(super) fn calls(&self) -> Vec<String> {
        self.0.lock().clone()
    }

    /// All of it.
    pub(super) fn text(&self) -> String {
        self.calls().concat()
    }
}

impl io::Write for Written {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().push(String::from_utf8_lossy(text).into_owned());
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
