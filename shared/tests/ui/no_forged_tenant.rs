// Only a Host or an instance leads to a clinic.
fn main() {
    let _ = shared::tenant::Tenant::new(); //~ E0061 E0624
    let _ = shared::id::ClienteId(1); //~ E0603
}
