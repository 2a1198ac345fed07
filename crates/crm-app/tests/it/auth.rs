mod authenticate;
mod guard;
mod login;
mod logout;
mod me;
mod password;
mod refresh;
mod sessions;
