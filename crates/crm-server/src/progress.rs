//! How far a long command has come.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar, shown on a terminal only.
pub fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let look = "{msg:10} {wide_bar} {human_pos}/{human_len} {elapsed} (left: {eta})";
    // A look that cannot be read leaves the plain one.
    if let Ok(style) = ProgressStyle::with_template(look) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
