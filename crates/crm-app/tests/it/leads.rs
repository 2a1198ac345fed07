mod archive;
mod change;
mod convert;
mod create;
mod list;
mod read;
mod reassign;
