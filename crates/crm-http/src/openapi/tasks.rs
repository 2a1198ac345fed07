//! `/api/tasks` in the API document.

use super::operation::{Spec, spec};
use super::parameters;
use crate::dto::done::DoneBody;
use crate::dto::input::{NewTask, TaskChange};
use crate::dto::page::PageBody;
use crate::dto::task::TaskBody;
use crate::route::Verb::{Delete, Get, Patch, Post};

pub(super) fn specs() -> Vec<Spec> {
    let specs = vec![
        spec(Get, "/api/tasks", "listTasks", "One page of the tasks.")
            .query(parameters::tasks())
            .gives::<PageBody<'_, TaskBody<'_>>>()
            .with_headers(&["ETag", "Link"]),
        spec(Post, "/api/tasks", "createTask", "Make a task.")
            .takes::<NewTask>()
            .with_status("201")
            .gives::<TaskBody<'_>>()
            .with_headers(&["ETag", "Location"])
            .leads_to(&["getTask", "changeTask", "deleteTask"]),
        spec(Get, "/api/tasks/{id}", "getTask", "One task.").gives::<TaskBody<'_>>().with_headers(&["ETag"]),
        spec(Patch, "/api/tasks/{id}", "changeTask", "Change a task (JSON Merge Patch).")
            .takes::<TaskChange>()
            .conditional()
            .gives::<TaskBody<'_>>()
            .with_headers(&["ETag"]),
        spec(Delete, "/api/tasks/{id}", "deleteTask", "Delete a task.").conditional().gives::<DoneBody>(),
    ];
    specs.into_iter().map(|spec| spec.tag("tasks")).collect()
}
