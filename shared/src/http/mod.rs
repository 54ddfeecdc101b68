//! The HTTP edge of every function: from the gateway's event to the route table and back.
//!
//! [`gateway`] turns events into requests, [`route`] is the table and its router, [`openapi`] describes it, [`edge`] names, finishes and logs each
//! request once, [`etag`] tells who asks again that nothing changed, [`extract`] and [`patch`] read input and refuse with a [`Problem`](crate::problem::Problem), [`changes`] puts it onto rows, [`source`] is what limits count, [`together`] puts several answers into one. Function
//! crates call this module; of `shared` only `parts`, for what health tells, and `testing` do.

pub mod changes;
pub mod cursor;
pub mod edge;
pub mod etag;
pub mod extract;
pub mod gateway;
pub mod health;
pub mod idempotency;
pub mod openapi;
pub mod patch;
pub mod route;
pub mod source;
pub mod together;
mod vocabulary;

pub use changes::{Changes, Complaints};
pub use extract::{Json, Path, Query};
pub use gateway::{call, run};
pub use openapi::Doc;
pub use patch::Patch;
pub use route::{Route, build_router};
pub use source::{Address, Pages, Source};
