// What Redis keeps of a clinic has the clinic in its name.
fn main() {}

fn of_nobody(telefone: &shared::domain::telefone::Telefone) -> shared::cache::Key {
    shared::cache::Key::conversation(telefone) //~ E0061
}

fn made_up() -> shared::cache::Key {
    shared::cache::Key("conversation:cliente_1:5511999990001".to_owned()) //~ E0603
}
