// The pool is private, and what it lends: SQL has no other door than `in_tenant`.
fn main() {}

async fn peek(db: shared::db::Db) {
    let _ = db.pool; //~ E0616
    let _ = db.connection().await; //~ E0624
    let _ = db.begin().await; //~ E0624
}
