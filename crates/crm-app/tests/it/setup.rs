mod check;
mod first_admin;
mod token;
