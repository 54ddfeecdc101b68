// Inside the door the connection stays with `shared::db`.
fn main() {}

fn peek(tx: &mut shared::db::TenantTx) {
    let _ = tx.conn(); //~ E0624
}
