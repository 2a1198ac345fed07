//! Failures (RFC 9457).

use serde::Serialize;
use utoipa::ToSchema;

/// Why a request failed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// The kind of failure as a URI.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of failure, for people.
    pub title: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// This very failure, for people.
    pub detail: &'a str,
    /// The kind of failure, for programs: stable.
    pub code: &'a str,
    /// The request, for whoever reads the log.
    pub request_id: &'a str,
    /// The same as `detail`, for clients of the Node.js backend.
    pub message: &'a str,
    /// With 412: the version that the record has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current_version: Option<u64>,
    /// With bad input: every bad field.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub errors: Option<Vec<BadField<'a>>>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BadField<'a> {
    /// The member, such as `email` or `tags[2]`, or the query's parameter.
    pub path: &'a str,
    /// What is wrong, for programs: stable.
    pub code: &'a str,
    /// What is wrong, for people: reads well after the name of the field.
    pub msg: &'a str,
}
