//! Visitors of the public page: they keep a time, change their mind, read the code on their phone, and book or ask.

use std::time::Duration;

use serde_json::{Value, json};

use crate::check::MARKS;
use crate::clients::{Client, Wanted};
use crate::history::{Act, By, End};
use crate::outages::SILENCE;
use crate::stage::end;

/// How often a phone is looked at for the code, fifty times a second; and where it may be late.
const PATIENCE: [u32; 2] = [1000, 250];

pub(crate) async fn visitor(mut client: Client) {
    while client.stage.goes_on() {
        visits(&mut client).await;
        client.pause(60).await;
    }
}

async fn visits(client: &mut Client) {
    let offer = client.stage.offers[client.clinic];
    let services = [Some(offer.consulta), Some(offer.exame), Some(offer.avaliacao)];
    let phone = client.phone();
    let mut wanted = client.wants(&services);
    let Some(mut token) = keeps(client, (&phone, &wanted), None).await else { return };
    if client.dice.percent(20) {
        let other = client.wants(&services);
        let Some(kept) = keeps(client, (&phone, &other), Some(&token)).await else { return };
        (wanted, token) = (other, kept);
    }
    if client.dice.percent(15) {
        let path = format!("/api/publico/reservas/{token}");
        let request = client.visitor("DELETE", &path, &json!({}));
        let since = client.stage.moment();
        let answer = client.send(request).await;
        client.note(since, Act::Release { key: phone }, end(&answer));
        return;
    }
    let who = json!({ "nome": format!("{} Visita", MARKS[client.clinic]), "telefone": format!("+{phone}") });
    let request = client.visitor("POST", &format!("/api/publico/reservas/{token}/codigo"), &who);
    let since = client.stage.moment();
    let answer = client.send(request).await;
    // Staff may have booked over it meanwhile.
    client.note(since, Act::Code { key: phone.clone(), slot: wanted.slot }, end(&answer));
    if answer.status != 202 {
        return;
    }
    let Some(code) = code(client, &phone).await else { return };
    let body = json!({ "codigo": code });
    let request = client.visitor("POST", &format!("/api/publico/reservas/{token}/agendamento"), &body);
    let act = if wanted.servico == Some(offer.avaliacao) {
        Act::Ask { key: phone, slot: wanted.slot }
    } else {
        Act::Book { key: phone, slot: wanted.slot, by: By::Visitor }
    };
    let since = client.stage.moment();
    // One in four presses the button twice.
    let twice = client.dice.percent(25);
    let (one, two) = tokio::join!(client.send(request.clone()), async {
        if twice { Some(client.send(request).await) } else { None }
    });
    for answer in std::iter::once(one).chain(two) {
        let (ended, told) = end(&answer);
        if answer.status == 201 {
            let answer = answer.json();
            let same = answer["data"] == wanted.data && answer["hora"] == wanted.hora;
            assert!(same, "kept {} {}, was told {answer}", wanted.data, wanted.hora);
        }
        client.note(since, act.clone(), (ended, told));
    }
}

/// Keeps a time for a phone that nobody knows yet; the token.
async fn keeps(client: &mut Client, (phone, wanted): (&str, &Wanted), token: Option<&str>) -> Option<String> {
    let body: Value = json!({
        "medico_id": wanted.slot.medico, "servico_id": wanted.servico, "data": wanted.data, "hora": wanted.hora, "token": token,
    });
    let request = client.visitor("POST", "/api/publico/reservas", &body);
    let since = client.stage.moment();
    let answer = client.send(request).await;
    client.note(since, Act::Keep { key: phone.to_owned(), slot: wanted.slot }, end(&answer));
    if answer.status != 201 {
        return None;
    }
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    client.stage.owns(&token, phone);
    Some(token)
}

/// The code that was sent to a phone; whoever gets none goes away.
async fn code(client: &Client, phone: &str) -> Option<String> {
    let stage = &client.stage;
    let instance = &stage.clinic(client.clinic).instance;
    let since = stage.moment();
    for nth in 0..PATIENCE[0] {
        if nth >= PATIENCE[1] && stage.is_troubled() {
            break;
        }
        let texts = stage.wire.texts(instance, phone);
        if let Some(text) = texts.iter().find(|text| text.contains("é o seu código")) {
            return Some(text[1..7].to_owned());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    client.note(since, Act::Look, (End::Unknown(SILENCE.to_owned()), String::new()));
    None
}
