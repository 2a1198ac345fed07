mod change;
mod deactivate;
mod list;
mod read;
mod register;
mod transfer;
