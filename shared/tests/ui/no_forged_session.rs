// A session comes from the gate, and the gate from a token.
fn main() {}

fn forge(tenant: shared::tenant::Tenant, user: shared::auth::SessionUser) {
    let _ = shared::auth::Session::new(tenant, user); //~ E0624
}
