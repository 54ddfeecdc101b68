//! Pages of a list: fifty rows, and where the list goes on.

use serde::Serialize;
use shared::http::cursor;

/// Rows of a page; a query asks for one more, to know whether the list goes on.
const ROWS: usize = 50;

/// Cuts a page off what was found, and says where the next begins: at the `place` of its last row.
pub(crate) fn page<T, P: Serialize>(mut found: Vec<T>, place: impl Fn(&T) -> P) -> (Vec<T>, Option<String>) {
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found.last().filter(|_| more).and_then(|last| cursor::encode(&place(last)));
    (found, next)
}
