//! What `hi cost` reckons with is what stands in the code, in the pages and in the template, and what the stores are really asked ([`counted`]).

mod counted;

use std::process::Command;

use jiff::Timestamp;
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;
use shared::domain::lembretes::Rules;
use shared::parts::WORKER_CONNECTIONS;
use shared::whatsapp::{Event, Parsed, parse};

use super::manifests::top;

/// The estimate of a month, as a program reads it.
fn estimate_of(size: &str) -> Value {
    let mut hi = Command::new(top().join("target/debug/hi"));
    let asked = ["cost", "--clinics", "100", "--appointments", "40000", "--size", size, "--json"];
    let said = hi.args(asked).output().unwrap();
    serde_json::from_slice(&said.stdout).unwrap_or_else(|_| panic!("{said:?}"))
}

fn estimate() -> Value {
    estimate_of("padrao")
}

/// The premise of that name.
fn premise(name: &str) -> f64 {
    let estimate = estimate();
    let mut all = estimate["premissas"].as_array().unwrap().iter();
    let found = all.find(|one| one["nome"] == name).unwrap_or_else(|| panic!("{name}"));
    assert_ne!(found["origem"], "suposta", "{name} is known, and says it is not");
    found["valor"].as_f64().unwrap()
}

/// What there is of something in the fullest hour.
fn bound(name: &str) -> f64 {
    bound_of(&estimate(), name)
}

fn bound_of(estimate: &Value, name: &str) -> f64 {
    let mut all = estimate["pico"].as_array().unwrap().iter();
    all.find(|one| one["nome"] == name).unwrap_or_else(|| panic!("{name}"))["limite"].as_f64().unwrap()
}

fn is(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
}

fn file(path: &str) -> String {
    std::fs::read_to_string(top().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A constant's digits, from the text it stands in.
fn constant(path: &str, before: &str) -> f64 {
    let text = file(path);
    let after = text.split_once(before).unwrap_or_else(|| panic!("{path}: {before}")).1;
    let digits: String = after
        .chars()
        .take_while(|one| one.is_ascii_digit() || *one == '_')
        .filter(|one| *one != '_')
        .collect();
    digits.parse().unwrap_or_else(|_| panic!("{path}: {before}"))
}

#[test]
fn a_screen_asks_as_often_as_it_is_said_to() {
    let an_hour = |every: f64| 3_600_000.0 / every;
    let agenda = "web/src/app/agenda/data.svelte.ts";
    // The blocks only when the visits changed: `e2e/abertura.test.ts` watches what an open agenda asks.
    assert!(file(agenda).contains("unchanged ? null : this.#loadBlocks(span, signal)"));
    assert_eq!(file("web/src/app/shell/news.svelte.ts").matches("api.GET(").count(), 2);
    let asked = an_hour(constant(agenda, "const EVERY = "))
        + an_hour(constant(agenda, "const HOURS_EVERY = "))
        + 2.0 * an_hour(constant("web/src/app/shell/news.svelte.ts", "const EVERY = "));
    is(premise("pedidos_por_hora_de_tela"), asked);
}

#[test]
fn the_menu_counts_as_far_as_the_function() {
    let told = constant("web/src/app/shell/news.svelte.ts", "const MOST = ");
    is(constant("functions/inbox/src/conversas.rs", "const MOST: i64 = "), told);
}

#[test]
fn what_grows_is_told_for_the_hour_that_is_paid_for() {
    let told = |line: &str| {
        line.split_whitespace()
            .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
            .map(str::to_owned)
    };
    let document = file("docs/escala.md");
    let bill = file("docs/custos.md");
    let of = |text: &str| {
        text.lines().rfind(|line| line.contains("pedidos à API por segundo  ")).and_then(told).unwrap()
    };
    let paid = bill.split("$ hi cost --clinics 10000 ").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(of(&document), of(paid));
}

#[test]
fn what_is_gathered_before_it_is_counted_is_what_the_meter_gathers() {
    is(premise("pedidos_por_contagem"), f64::from(u32::try_from(shared::meter::MANY).unwrap()));
    is(
        premise("segundos_por_contagem"),
        constant("shared/src/meter.rs", "const LONG: SignedDuration = SignedDuration::from_secs("),
    );
}

#[test]
fn a_message_that_leaves_is_told_of_as_often_as_it_is_said_to() {
    let told = |name: &str| {
        let event: Value = serde_json::from_str(&file(&format!("events/webhook/{name}.json"))).unwrap();
        match parse(event["body"].as_str().unwrap().as_bytes(), Timestamp::UNIX_EPOCH).unwrap() {
            Parsed::Inbound(inbound) => matches!(inbound.event, Event::Delivery(_)),
            Parsed::Ignored { .. } => false,
        }
    };
    let reports = ["messages-update-server-ack", "messages-update-delivery-ack", "messages-update-read"];
    assert!(reports.into_iter().all(told));
    is(premise("relatos_por_envio"), 3.0);
    assert!(!["send-message", "messages-update-of-patient"].into_iter().any(told));
    is(premise("ignorados_por_mensagem"), 1.0);
    // What `avisos_por_consulta` says leaves by itself.
    const { assert!(Rules::CONFIRMACAO && Rules::VESPERA > 0 && Rules::DIA > 0 && Rules::FALTA > 0) };
}

#[test]
fn a_booking_takes_as_many_messages_as_in_the_conversations_that_are_tested() {
    let text = file("functions/assistant/tests/data/conversations.txt");
    let (mut lengths, mut said) = (Vec::new(), 0);
    for line in text.lines() {
        match line.get(..2) {
            Some("# ") => said = 0,
            Some("> ") => said += 1,
            Some("= ") if line[2..].starts_with(|first: char| first.is_ascii_digit()) => {
                lengths.push(f64::from(said));
                said = 0;
            }
            _ => {}
        }
    }
    lengths.sort_by(f64::total_cmp);
    assert!(lengths.len() > 50);
    is(premise("mensagens_por_marcacao"), lengths[lengths.len() / 2]);
}

#[test]
fn bounds_are_those_of_the_sweep_and_of_the_workers() {
    is(
        bound("clínicas com avisos por minuto"),
        constant("functions/reminders/src/lib.rs", "const MOST_CLINICS: i32 = "),
    );
    is(
        constant(
            "functions/reminders/src/lib.rs",
            "const SENDING_ENDS: SignedDuration = SignedDuration::from_secs(",
        ),
        35.0,
    );
    assert!(
        file("shared/src/outbox.rs").contains("tokio::join!(place(), place(), place(), place())"),
        "four abreast"
    );
    assert_eq!(WORKER_CONNECTIONS, 2);
    let looks = bound("conexões de WhatsApp a olhar por minuto");
    is(looks, constant("functions/reminders/src/care.rs", "const MOST_CLINICS: i32 = "));
    is(
        constant("shared/src/db/conexoes.rs", "const EVERY: SignedDuration = SignedDuration::from_mins("),
        5.0,
    );
}

#[test]
fn memory_is_that_of_the_template() {
    let text = file("template.yaml");
    let template = Yaml::load_from_str(&text).unwrap().remove(0);
    let at = |path: &[&str]| {
        let found = path.iter().try_fold(&template, |node, key| node.as_mapping_get(key));
        let number = found.and_then(Yaml::as_integer).unwrap_or_else(|| panic!("{path:?}"));
        f64::from(i32::try_from(number).unwrap())
    };
    let of = |function: &str, property: &str| at(&["Resources", function, "Properties", property]);
    is(premise("memoria_mb"), at(&["Globals", "Function", "MemorySize"]));
    is(premise("memoria_login_mb"), of("Login", "MemorySize"));
    is(premise("memoria_site_mb"), of("Site", "MemorySize"));
}

#[test]
fn sizes_are_those_of_the_template() {
    let text = file("template.yaml");
    let template = Yaml::load_from_str(&text).unwrap().remove(0);
    let sizes = template.as_mapping_get("Mappings").and_then(|all| all.as_mapping_get("Sizes")).unwrap();
    for size in ["piloto", "padrao", "escala"] {
        let has = sizes.as_mapping_get(size).unwrap();
        let word =
            |name| has.as_mapping_get(name).and_then(Yaml::as_str).unwrap_or_else(|| panic!("{size} {name}"));
        let number = |name| {
            let number = has.as_mapping_get(name).and_then(Yaml::as_integer);
            f64::from(i32::try_from(number.unwrap_or_else(|| panic!("{size} {name}"))).unwrap())
        };
        let estimate = estimate_of(size);
        let parts = &estimate["partes"];
        let part = |name: &str| parts[name].as_f64().unwrap();
        assert!(parts["banco"]["componente"].as_str().unwrap().ends_with(word("DatabaseClass")));
        assert!(parts["cache"]["componente"].as_str().unwrap().ends_with(word("CacheClass")));
        is(part("disco_gb"), number("DatabaseGb"));
        is(part("conexoes"), number("DatabaseBusy"));
        is(part("nos"), number("CacheNodes"));
        is(part("evolution_vcpu"), number("EvolutionCpu") / 1024.0);
        is(part("evolution_mb"), number("EvolutionMb"));
        is(part("evolution_conexoes"), number("EvolutionConnections"));
        is(part("pedidos"), number("RequestsASecond"));
        is(part("respondem"), number("SchedulingAtOnce") + number("InboxAtOnce"));
        is(part("assistentes"), number("AssistantAtOnce"));
    }
}

#[test]
fn as_many_alarms_and_secrets_are_paid_for_as_the_template_makes() {
    let template = file("template.yaml");
    let estimate = estimate();
    let paid = |name: &str| -> f64 {
        let items = estimate["itens"].as_array().unwrap().iter();
        let of = items.filter(|item| item["componente"].as_str().is_some_and(|told| told.ends_with(name)));
        of.map(|item| item["quantidade"].as_f64().unwrap()).sum()
    };
    let made = |kind: &str| {
        let lines = template.lines().filter(|line| line.trim() == format!("Type: {kind}"));
        f64::from(u32::try_from(lines.count()).unwrap())
    };
    is(paid("alarmes"), made("AWS::CloudWatch::Alarm"));
    // The owner's is RDS's own.
    is(paid("segredos"), made("AWS::SecretsManager::Secret") + 1.0);
}
