// The pool is private: SQL has no other door than `in_tenant`.
fn main() {}

async fn peek(db: shared::db::Db) {
    let _ = db.pool;
    let _ = db.pool();
}
