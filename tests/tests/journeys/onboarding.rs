//! A newcomer's clinic, made by the console's API and by `hi onboard`: its gestor comes in by the link, and a patient books in it. The console's wizard,
//! the third way, is walked by `web/e2e/console.test.ts`.

use std::process::Command;

use serde_json::{Value, json};
use shared::domain::termos;

use crate::system::{System, run, workspace};
use crate::whatsapp::{Phone, agenda, of};

pub(crate) const EMAIL: &str = "rita@exemplo.com.br";
/// The password she chooses.
pub(crate) const CHOSEN: &str = "uma senha boa";

pub(crate) async fn a_clinic_made_by_the_console_is_booked_in(system: &System) {
    let session = json!({ "email": "operador@horariointeligente.com.br", "senha": "senha123" });
    let (_, session) = system.api("POST", "admin", "/api/auth/login", None, Some(session)).await;
    let order = json!({ "nome": "Clínica Sol", "subdomain": "sol", "email": EMAIL, "gestor": "Rita Lemos", "tipo": "medico", "uf": "SP" });
    let token = session["access_token"].as_str();
    let (status, made) = system.api("POST", "admin", "/api/admin/implantacoes", token, Some(order)).await;
    assert_eq!(status, 200, "{made}");
    comes_to_life(system, "sol", &made).await;
}

pub(crate) async fn a_clinic_made_in_the_terminal_is_booked_in(system: &System) {
    let mut hi = Command::new(workspace().join("target/debug/hi"));
    hi.args([
        "onboard",
        "--nome",
        "Clínica Lua",
        "--subdomain",
        "lua",
        "--email",
        EMAIL,
        "--gestor",
        "Rita Lemos",
    ]);
    hi.args(["--tipo", "medico", "--uf", "AM", "--json"]);
    let made = run(hi.envs(system.variables()));
    comes_to_life(system, "lua", &serde_json::from_str(&made).unwrap()).await;
}

async fn comes_to_life(system: &System, clinic: &'static str, made: &Value) {
    let link = made["convite"]["link"].as_str().unwrap();
    let token = link.split_once("/convite#").unwrap().1;
    let accept = json!({ "token": token, "senha": CHOSEN, "aceite": true, "versao_termos": termos::VERSAO });
    let (status, told) = system.api("POST", clinic, "/api/auth/convite", None, Some(accept)).await;
    assert_eq!(status, 200, "{told}");
    // The simulated phone reads the code that was shown.
    system.phone("POST", &format!("/simulador/instancias/{clinic}/conectar"), Some(json!({}))).await;
    let phone = Phone { system, instance: clinic, number: "5511988887777" };
    let done = phone.book("Oi, quero marcar uma consulta", "Beatriz Andrade Nunes").await;
    assert!(done.contains("Consulta marcada"), "{done}");
    let rows = agenda(system, clinic, EMAIL).await;
    assert_eq!(of(&rows, "Beatriz Andrade Nunes").len(), 1, "{rows:?}");
}
