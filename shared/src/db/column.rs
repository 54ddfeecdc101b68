//! Columns that may be null, of types sqlx reads only through a wrapper.

use jiff::Timestamp;
use jiff::civil::Date;

/// A date column that may be null.
#[derive(Debug, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct OptionalDate(Option<jiff_sqlx::Date>);

impl From<OptionalDate> for Option<Date> {
    fn from(date: OptionalDate) -> Self {
        date.0.map(Into::into)
    }
}

/// A `timestamptz` column that may be null.
#[derive(Debug, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct OptionalTimestamp(Option<jiff_sqlx::Timestamp>);

impl From<OptionalTimestamp> for Option<Timestamp> {
    fn from(at: OptionalTimestamp) -> Self {
        at.0.map(Into::into)
    }
}
