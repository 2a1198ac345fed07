mod cursor;
mod request;
