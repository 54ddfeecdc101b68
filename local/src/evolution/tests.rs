//! The server as the product and the guide's reader meet it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::{Value, json};

use super::{Evolution, Settings};

type Received = Arc<Mutex<Vec<(HeaderMap, Value)>>>;

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// A server whose webhooks go to a list, the first of them answered with each of `statuses`.
async fn server(statuses: Vec<u16>) -> (String, Received, Evolution) {
    let received: Received = Arc::default();
    let statuses = Arc::new(Mutex::new(statuses));
    let list = received.clone();
    let hook = move |headers: HeaderMap, body: String| {
        let status = statuses.lock().unwrap().pop().unwrap_or(200);
        list.lock().unwrap().push((headers, serde_json::from_str(&body).unwrap()));
        async move { axum::http::StatusCode::from_u16(status).unwrap() }
    };
    let gateway_url = serve(Router::new().route("/webhook/whatsapp/{instance}", post(hook))).await;
    let evolution = Evolution::new(Settings {
        api_key: "evolution-api-prosaude-123".to_owned(),
        own_url: "http://localhost:8080".to_owned(),
        gateway_url,
        webhook_key: "00".repeat(32),
        file: None,
        first_retry_seconds: 0.01,
    })
    .unwrap();
    evolution.ensure_connected("DrMarco", "5511999998888");
    (serve(evolution.clone().router()).await, received, evolution)
}

async fn call(method: reqwest::Method, url: &str, key: Option<&str>, body: Option<Value>) -> (u16, Value) {
    let mut request = reqwest::Client::new().request(method, url);
    if let Some(key) = key {
        request = request.header("apikey", key);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
}

const KEY: Option<&str> = Some("evolution-api-prosaude-123");

async fn eventually(received: &Received, count: usize) -> Vec<(HeaderMap, Value)> {
    for _ in 0..200 {
        if received.lock().unwrap().len() >= count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    received.lock().unwrap().clone()
}

#[tokio::test]
async fn what_was_said_while_it_was_mute_is_kept_and_the_newest_come_first() {
    let (url, received, _) = server(Vec::new()).await;
    let post = async |path: &str, body: Value| {
        call(reqwest::Method::POST, &format!("{url}{path}"), KEY, Some(body)).await
    };
    let path = "/simulador/instancias/DrMarco/estado";
    post(path, json!({ "mute": true })).await;
    let said = json!({ "instance": "DrMarco", "from": "5511988887777", "text": "alguém aí?" });
    assert_eq!(post("/simulador/mensagens", said).await.0, 201);
    let sent = json!({ "number": "5511988887777", "text": "Oi" });
    assert_eq!(post("/message/sendText/DrMarco", sent).await.0, 201);
    assert!(received.lock().unwrap().is_empty());
    let find = "/chat/findMessages/DrMarco";
    let (status, found) = post(find, json!({ "where": {}, "page": 1, "offset": 50 })).await;
    let messages = &found["messages"];
    assert_eq!((status, &messages["total"], &messages["pages"]), (200, &json!(2), &json!(1)));
    let ours = json!({ "where": { "key": { "fromMe": true } } });
    assert_eq!(post(find, ours).await.1["messages"]["records"][0]["message"]["conversation"], "Oi");
    // As the real one: a `false` is not looked at.
    let theirs = json!({ "where": { "key": { "fromMe": false } } });
    assert_eq!(post(find, theirs).await.1["messages"]["total"], 2);
    post(path, json!({ "mute": false, "state": "refused" })).await;
    let told = eventually(&received, 1).await;
    assert_eq!(
        (&told[0].1["data"]["state"], &told[0].1["data"]["statusReason"]),
        (&json!("refused"), &json!(428))
    );
    let state =
        call(reqwest::Method::GET, &format!("{url}/instance/connectionState/DrMarco"), KEY, None).await;
    assert_eq!(state.1["instance"]["state"], "close");
}

#[tokio::test]
async fn the_guides_calls_work_as_printed_and_may_be_repeated() {
    let (url, _, _) = server(vec![]).await;
    let create = json!({ "instanceName": "DrMarco", "number": "5511999998888" });
    let (status, body) =
        call(reqwest::Method::POST, &format!("{url}/instance/create"), KEY, Some(create)).await;
    assert_eq!((status, &body["instance"]["instanceName"]), (201, &json!("DrMarco")));
    let new = json!({ "instanceName": "Nova", "number": "5511900001111" });
    let (status, body) = call(reqwest::Method::POST, &format!("{url}/instance/create"), KEY, Some(new)).await;
    assert_eq!((status, &body["instance"]["status"]), (201, &json!("close")));
    let connect = format!("{url}/instance/connect/Nova");
    let (status, body) = call(reqwest::Method::GET, &connect, KEY, None).await;
    assert_eq!((status, body), (200, json!({ "count": 0 })));
    let (_, body) = call(reqwest::Method::GET, &connect, KEY, None).await;
    assert!(body["base64"].as_str().unwrap().starts_with("data:image/png;base64,iVBOR"));
    let (_, body) = call(reqwest::Method::GET, &format!("{url}/instance/connect/DrMarco"), KEY, None).await;
    assert_eq!(body, json!({ "instance": { "instanceName": "DrMarco", "state": "open" } }));
}

#[tokio::test]
async fn existence_is_checked_before_the_key_and_errors_have_its_shapes() {
    let (url, _, _) = server(vec![]).await;
    let send = |instance: &str| format!("{url}/message/sendText/{instance}");
    let post = reqwest::Method::POST;
    let good = json!({ "number": "5511988887777", "text": "oi" });
    let (status, body) = call(post.clone(), &send("Nenhuma"), None, Some(good.clone())).await;
    assert_eq!(
        (status, &body["response"]["message"][0]),
        (404, &json!("The \"Nenhuma\" instance does not exist"))
    );
    assert_eq!(call(post.clone(), &send("DrMarco"), None, Some(good)).await.0, 401);
    for (body, message) in [
        (json!({ "number": "5511988887777" }), json!([["instance requires property \"text\""]])),
        (json!({ "number": 5_511_988_887_777_i64, "text": "oi" }), json!([["Invalid format"]])),
        (json!({ "number": "5511988887777", "text": " " }), json!(["Text is required"])),
        (
            json!({ "number": "5511900000000", "text": "oi" }),
            json!([{ "jid": "5511900000000@s.whatsapp.net", "exists": false, "number": "5511900000000" }]),
        ),
    ] {
        let (status, answer) = call(post.clone(), &send("DrMarco"), KEY, Some(body)).await;
        assert_eq!((status, &answer["response"]["message"]), (400, &message));
    }
}

#[tokio::test]
async fn a_patients_message_is_posted_with_the_real_envelope_and_the_secret() {
    let (url, received, _) = server(vec![]).await;
    let written = json!({ "instance": "DrMarco", "from": "5534988887777", "name": "Maria", "text": "oi" });
    let (status, made) =
        call(reqwest::Method::POST, &format!("{url}/simulador/mensagens"), None, Some(written)).await;
    assert_eq!(status, 201);
    let events = eventually(&received, 1).await;
    let (headers, body) = &events[0];
    assert_eq!(headers["x-webhook-secret"].len(), 64);
    assert!(headers["user-agent"].to_str().unwrap().starts_with("axios/"));
    assert_eq!((&body["event"], &body["instance"]), (&json!("messages.upsert"), &json!("DrMarco")));
    assert_eq!(body["data"]["key"]["remoteJid"], "553488887777@s.whatsapp.net");
    assert_eq!(body["data"]["key"]["id"], made["id"]);
    assert_eq!(body["data"]["message"]["conversation"], "oi");
    assert_eq!(body["sender"], "5511999998888@s.whatsapp.net");
}

#[tokio::test]
async fn webhooks_are_repeated_until_taken_but_dropped_on_401() {
    let (url, received, _) = server(vec![503, 503]).await;
    let written = json!({ "instance": "DrMarco", "from": "5511988887777", "text": "oi" });
    call(reqwest::Method::POST, &format!("{url}/simulador/mensagens"), None, Some(written.clone())).await;
    assert_eq!(eventually(&received, 3).await.len(), 3);
    let (url, received, _) = server(vec![401]).await;
    call(reqwest::Method::POST, &format!("{url}/simulador/mensagens"), None, Some(written)).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(received.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_the_clinic_sends_reaches_the_phone_in_either_spelling_and_travels_to_read() {
    let (url, received, _) = server(vec![]).await;
    let written = json!({ "instance": "DrMarco", "from": "5534988887777", "text": "oi" });
    call(reqwest::Method::POST, &format!("{url}/simulador/mensagens"), None, Some(written)).await;
    let body = json!({ "number": "553488887777@s.whatsapp.net", "text": "olá" });
    let (status, sent) =
        call(reqwest::Method::POST, &format!("{url}/message/sendText/DrMarco"), KEY, Some(body)).await;
    assert_eq!((status, &sent["status"]), (201, &json!("PENDING")));
    assert_eq!(sent["key"]["id"].as_str().unwrap().len(), 22);
    let events = eventually(&received, 5).await;
    assert!(events.iter().any(|(_, body)| body["data"]["status"] == "READ"));
    let (_, chat) =
        call(reqwest::Method::GET, &format!("{url}/simulador/conversas/DrMarco/5534988887777"), None, None)
            .await;
    let texts: Vec<_> =
        chat["messages"].as_array().unwrap().iter().map(|message| message["text"].clone()).collect();
    assert_eq!(texts, [json!("oi"), json!("olá")]);
}

#[tokio::test]
async fn faults_happen_as_ordered() {
    let (url, _, _) = server(vec![]).await;
    let order = json!({ "mode": "down", "count": 1 });
    call(reqwest::Method::POST, &format!("{url}/simulador/falhas"), None, Some(order)).await;
    let send = format!("{url}/message/sendText/DrMarco");
    let body = json!({ "number": "5511988887777", "text": "oi" });
    assert_eq!(call(reqwest::Method::POST, &send, KEY, Some(body.clone())).await.0, 400);
    assert_eq!(call(reqwest::Method::POST, &send, KEY, Some(body)).await.0, 201);
}

#[tokio::test]
async fn a_poll_is_shown_voted_in_and_its_vote_posted_decoded() {
    let (url, received, _) = server(vec![]).await;
    let post = reqwest::Method::POST;
    let send = format!("{url}/message/sendPoll/DrMarco");
    let poll = |values: Value| json!({ "number": "5511988887777", "name": "Pode vir?", "selectableCount": 1, "values": values });
    for bad in [json!(["Sim"]), json!(["Sim", "Sim"])] {
        assert_eq!(call(post.clone(), &send, KEY, Some(poll(bad))).await.0, 400);
    }
    let (status, made) = call(post.clone(), &send, KEY, Some(poll(json!(["Sim", "Não"])))).await;
    assert_eq!((status, &made["messageType"]), (201, &json!("pollCreationMessageV3")));
    let vote = format!("{url}/simulador/mensagens/{}/voto", made["key"]["id"].as_str().unwrap());
    let body = json!({ "instance": "DrMarco", "options": ["Sim"], "name": "Maria" });
    assert_eq!(call(post, &vote, None, Some(body)).await.0, 201);
    let events = eventually(&received, 5).await;
    let (_, vote) = events.iter().find(|(_, body)| body["event"] == "messages.upsert").unwrap();
    assert_eq!(vote["data"]["messageType"], "pollUpdateMessage");
    assert_eq!(vote["data"]["message"]["pollUpdateMessage"]["vote"]["selectedOptions"], json!(["Sim"]));
    assert_eq!(
        vote["data"]["message"]["pollUpdateMessage"]["pollCreationMessageKey"]["id"],
        made["key"]["id"]
    );
    assert_eq!(vote["data"]["pollUpdates"][0]["voters"], json!(["5511988887777@s.whatsapp.net"]));
    assert_eq!(vote["data"]["pollUpdates"][1]["voters"], json!([]));
}

#[tokio::test]
async fn edits_and_revokes_come_as_protocol_messages() {
    let (url, received, _) = server(vec![]).await;
    let post = reqwest::Method::POST;
    let written = json!({ "instance": "DrMarco", "from": "5534988887777", "text": "às 15h" });
    let (_, made) = call(post.clone(), &format!("{url}/simulador/mensagens"), None, Some(written)).await;
    let id = made["id"].as_str().unwrap();
    let gesture = |what: &str| format!("{url}/simulador/mensagens/{id}/{what}");
    let body = json!({ "instance": "DrMarco", "text": "às 16h" });
    assert_eq!(call(post.clone(), &gesture("edicao"), None, Some(body.clone())).await.0, 200);
    let events = eventually(&received, 2).await;
    let (_, edited) = events.iter().find(|(_, body)| body["event"] == "messages.edited").unwrap();
    assert_eq!(edited["data"]["editedMessage"]["conversation"], "às 16h");
    assert_eq!(edited["data"]["key"]["id"], *id);
    assert!(edited["data"]["timestampMs"].is_string());
    assert_eq!(call(post.clone(), &gesture("exclusao"), None, Some(body.clone())).await.0, 200);
    let events = eventually(&received, 4).await;
    assert!(events.iter().any(|(_, body)| body["data"]["type"] == "REVOKE"));
    assert!(events.iter().any(|(_, body)| body["event"] == "messages.delete"));
    assert_eq!(call(post, &gesture("edicao"), None, Some(body)).await.0, 404, "it is gone");
}

#[tokio::test]
async fn a_webhook_of_its_own_gets_only_the_events_it_asked_for_with_its_headers() {
    let (url, received, evolution) = server(vec![]).await;
    let post = reqwest::Method::POST;
    let set = format!("{url}/webhook/set/DrMarco");
    let hook = |extra: Value| {
        let mut webhook = json!({ "enabled": true, "events": ["MESSAGES_UPSERT"],
            "url": format!("{}/webhook/whatsapp/outro", evolution.settings.gateway_url), "headers": { "x-meu": "segredo" } });
        webhook.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        Some(json!({ "webhook": webhook }))
    };
    for (body, status) in [
        (Some(json!({ "enabled": true, "url": "x" })), 400),
        (hook(json!({ "events": null })), 500),
        (hook(json!({ "events": ["TUDO"] })), 400),
        (hook(json!({ "headers": null })), 400),
        (hook(json!({})), 201),
    ] {
        assert_eq!(call(post.clone(), &set, KEY, body).await.0, status);
    }
    let body = json!({ "number": "5511988887777", "text": "oi" });
    assert_eq!(call(post.clone(), &format!("{url}/message/sendText/DrMarco"), KEY, Some(body)).await.0, 201);
    let written = json!({ "instance": "DrMarco", "from": "5511988887777", "text": "oi" });
    call(post, &format!("{url}/simulador/mensagens"), None, Some(written)).await;
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    let events = eventually(&received, 1).await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0].0["x-meu"], &events[0].1["event"]),
        (&"segredo".parse().unwrap(), &json!("messages.upsert"))
    );
    let (_, found) = call(reqwest::Method::GET, &format!("{url}/webhook/find/DrMarco"), KEY, None).await;
    assert_eq!(found["webhookByEvents"], false);
}

#[tokio::test]
async fn the_odd_successes_and_the_switches() {
    let (url, _, _) = server(vec![]).await;
    let (get, post) = (reqwest::Method::GET, reqwest::Method::POST);
    let new = json!({ "instanceName": "Nova", "integration": "WHATSAPP-BAILEYS" });
    assert_eq!(call(post.clone(), &format!("{url}/instance/create"), KEY, Some(new.clone())).await.0, 201);
    assert_eq!(call(post.clone(), &format!("{url}/instance/create"), KEY, Some(new)).await.0, 403);
    let (status, body) = call(post.clone(), &format!("{url}/instance/restart/Nova"), KEY, None).await;
    assert_eq!((status, body), (200, json!({ "error": true, "message": "[object Object]" })));
    let some = json!({ "groupsIgnore": true });
    assert_eq!(call(post.clone(), &format!("{url}/settings/set/Nova"), KEY, Some(some)).await.0, 400);
    let all = json!({ "rejectCall": false, "groupsIgnore": true, "alwaysOnline": false, "readMessages": false,
        "readStatus": false, "syncFullHistory": false });
    let (status, body) = call(post, &format!("{url}/settings/set/Nova"), KEY, Some(all)).await;
    assert_eq!((status, &body["settings"]["settings"]["groupsIgnore"]), (201, &json!(true)));
    let fetch = format!("{url}/instance/fetchInstances");
    let (_, body) = call(get.clone(), &fetch, KEY, None).await;
    let token = body.as_array().unwrap().iter().find(|one| one["name"] == "Nova").unwrap()["token"].clone();
    let (status, body) = call(get.clone(), &fetch, token.as_str(), None).await;
    assert_eq!((status, body.as_array().unwrap().len()), (200, 1));
    assert_eq!(call(get.clone(), &format!("{fetch}?instanceName=Nenhuma"), KEY, None).await.0, 404);
    assert_eq!(call(get, &fetch, Some("errada"), None).await.0, 401);
}
