//! Notes on customers. Whoever may see the customer may read them and write one; an edit or deletion is for the note's
//! author or an admin. Each change is a change of the customer, with its event.

pub mod add;
pub mod delete;
pub mod edit;
pub mod form;
pub mod list;
