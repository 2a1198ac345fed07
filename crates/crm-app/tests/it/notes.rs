mod add;
mod delete;
mod edit;
mod list;
