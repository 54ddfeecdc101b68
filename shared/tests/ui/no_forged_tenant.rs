// Only a Host or an instance leads to a clinic.
fn main() {
    let _ = shared::tenant::Tenant::new();
    let _ = shared::id::ClienteId(1);
}
