// Compiles: so the others fail for what they do, and not because the library was not found.
fn main() {}

fn same(paciente: shared::id::PacienteId, _: shared::db::Db) -> shared::id::PacienteId {
    paciente
}
