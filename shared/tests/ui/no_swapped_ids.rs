// A patient is not a professional.
fn main() {}

fn lock(paciente: shared::id::PacienteId) -> shared::id::MedicoId {
    paciente //~ E0308
}
