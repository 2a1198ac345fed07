//! The embedded store in trouble: a disk that is full, another process that keeps it, a file that is gone or damaged, and more requests than can be
//! answered. Reads go on where they can, everybody is answered in time, and nothing that was acknowledged is lost.

mod full_disk;
mod held_lock;
mod lost_file;
mod overload;
