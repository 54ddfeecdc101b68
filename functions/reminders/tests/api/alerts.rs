//! Who is told that the WhatsApp of a clinic is not well, and that it is again.

use jiff::SignedDuration;
use reminders::sweep;
use shared::db::alertas::{self, Tipo};

use crate::care::Care;

const TOLD: &str = "select cliente_id || ' ' || para || ' ' || assunto from emails order by id";

impl Care {
    async fn had_numbers(&self, clinics: &str) {
        self.app
            .database
            .sql(&format!("update conexoes set numero = '5511999990000' where cliente_id in ({clinics})"))
            .await;
    }

    /// Minutes pass, and each time several sweeps run at once.
    async fn sweeps(&self, minutes: i64) {
        for _ in 0..minutes {
            self.app.clock.set(self.app.now() + SignedDuration::from_mins(1));
            let mut sweeps = tokio::task::JoinSet::new();
            for _ in 0..3 {
                let worker = self.worker.clone();
                sweeps.spawn(async move { sweep(&worker).await.unwrap() });
            }
            sweeps.join_all().await;
        }
    }

    async fn told(&self) -> Vec<String> {
        self.app.database.texts(TOLD).await
    }
}

#[tokio::test]
async fn the_gestores_of_the_right_clinic_are_told_once_of_the_fall_and_once_of_the_return() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    let (clinic, other) = (care.app.clinic.id, care.app.other.id);
    // The other clinic never was connected: nothing is missing there.
    care.had_numbers(&clinic.to_string()).await;
    care.is("close");
    care.sweeps(9).await;
    assert_eq!(care.told().await, [""; 0], "a connection may come back by itself");
    care.sweeps(6).await;
    let fell = format!("{clinic} tania@clinica.com WhatsApp desconectado: Clínica a");
    assert_eq!(care.told().await, std::slice::from_ref(&fell));
    let text = care.text("select texto from emails").await;
    let link = format!("https://{}.horariointeligente.com.br/app/whatsapp", care.app.clinic.subdomain);
    assert!(text.contains("desconectado desde 9h01 de 30/11") && text.contains(&link), "{text}");
    assert!(text.chars().count() < 500, "{text}");
    care.is("open");
    care.sweeps(12).await;
    let back = format!("{clinic} tania@clinica.com WhatsApp de volta: Clínica a");
    assert_eq!(care.told().await, [fell.clone(), back.clone()]);
    // Now both fall, and each is told of its own.
    care.had_numbers(&format!("{clinic}, {other}")).await;
    care.is("close");
    care.sweeps(25).await;
    let mut told = care.told().await;
    told.drain(..2);
    told.sort();
    let mut expected = [fell, format!("{other} tania@clinica.com WhatsApp desconectado: Clínica b")];
    expected.sort();
    assert_eq!(told, expected);
    let theirs = care.text(&format!("select texto from emails where cliente_id = {other}")).await;
    assert!(theirs.contains(&care.app.other.subdomain) && !theirs.contains(&care.app.clinic.subdomain));
}

#[tokio::test]
async fn where_no_gestor_has_an_address_the_secretarias_are_told() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    let clinic = care.app.clinic.id;
    care.app
        .database
        .sql(&format!("update medicos set ativo = false where cliente_id = {clinic} and gestor"))
        .await;
    care.had_numbers(&clinic.to_string()).await;
    care.is("close");
    care.sweeps(25).await;
    assert_eq!(
        care.told().await,
        [format!("{clinic} secretaria@clinica.com WhatsApp desconectado: Clínica a")]
    );
}

#[tokio::test]
async fn a_silence_is_told_and_a_fall_does_not_end_it_well() {
    let care = Care::new().await;
    care.app.clock.set("2026-12-01T18:00:00Z".parse().unwrap());
    care.usual(9, 6).await;
    sweep(&care.worker).await.unwrap();
    care.app.database.sql("update conexoes set desde = '2026-11-30 12:00Z'").await;
    for _ in 0..5 {
        care.sweep_after(5).await;
    }
    let clinic = care.app.clinic.id;
    let silent = format!("{clinic} tania@clinica.com WhatsApp em silêncio: Clínica a");
    assert_eq!(care.told().await, std::slice::from_ref(&silent));
    // Somebody ends it on the phone: the silence is over, and nothing is well.
    care.app.database.sql("update conexoes set suspeita_desde = null, suspeita_motivo = null").await;
    care.is("close");
    care.sweep_after(5).await;
    care.sweep_after(5).await;
    assert!(care.alerts().await.contains("silencio resolvido"), "{}", care.alerts().await);
    assert_eq!(care.told().await, [silent]);
}

/// The turn to look at a connection makes it rare that two tell; this is what makes it impossible.
#[tokio::test]
async fn an_alert_is_taken_once_however_many_ask_for_what_is_untold() {
    let care = Care::new().await;
    let tenant = care.worker.tenants.by_instance(&care.app.clinic.instance).await.unwrap();
    let now = care.app.now();
    let raise = async |tx: &mut shared::db::TenantTx| alertas::raise(tx, Tipo::Envios, now).await;
    assert!(care.worker.db.in_tenant(&tenant, raise).await.unwrap());
    for over in [false, true] {
        let mut takers = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let (db, tenant) = (care.worker.db.clone(), tenant.clone());
            takers.spawn(async move {
                db.in_tenant(&tenant, async |tx| alertas::take_untold(tx, now).await).await.unwrap()
            });
        }
        let taken: Vec<_> = takers.join_all().await.into_iter().flatten().collect();
        assert_eq!(taken.len(), 1, "{taken:?}");
        assert_eq!((taken[0].tipo, taken[0].acabou), (Tipo::Envios, over));
        let resolve = async |tx: &mut shared::db::TenantTx| alertas::resolve(tx, Tipo::Envios, now).await;
        care.worker.db.in_tenant(&tenant, resolve).await.unwrap();
    }
}

#[tokio::test]
async fn a_clinic_that_leaves_evolution_leaves_its_alerts_behind() {
    for left in [
        "update clientes set whatsapp_provedor = 'cloud', whatsapp_cloud_id = '106540342242922' where id = $1",
        "update clientes set whatsapp_instance = null where id = $1",
        "update clientes set whatsapp_feita_em = null where id = $1",
    ] {
        let care = Care::new().await;
        sweep(&care.worker).await.unwrap();
        let (own, other) = (care.app.clinic.id.to_string(), care.app.other.id.to_string());
        for clinic in [&own, &other] {
            let sql = format!(
                "insert into alertas (cliente_id, tipo, desde, avisado_em) values ({clinic}, 'numero', '2026-11-30 11:00Z', '2026-11-30 11:05Z')"
            );
            care.app.database.sql(&sql).await;
        }
        care.app.database.sql(&left.replace("$1", &own)).await;
        care.sweep_after(1).await;
        let standing = "select string_agg(cliente_id::text, ' ') from alertas where resolvido_em is null";
        assert_eq!(care.text(standing).await, other, "{left}");
        // Nobody is told that it ended, then or when the clinic comes back; and nobody looks again.
        let untold = "select count(*) from alertas where resolvido_em is not null and fim_avisado_em is null";
        assert_eq!(care.app.database.number(untold).await, 0);
        let due = format!("select count(*) from hi_conexoes_devidas('2027-01-01', 99) due where due = {own}");
        assert_eq!(care.app.database.number(&due).await, 0);
    }
}

#[tokio::test]
async fn clinics_that_stay_disconnected_are_counted_until_they_are_back_or_closed() {
    let care = Care::new().await;
    let count = async || sweep(&care.worker).await.unwrap().desconectadas;
    assert_eq!(count().await, Some(0));
    let (clinic, other) = (care.app.clinic.id, care.app.other.id);
    care.had_numbers(&format!("{clinic}, {other}")).await;
    care.is("close");
    care.sweeps(2).await;
    assert_eq!(count().await, Some(0), "a connection may come back by itself");
    care.sweeps(13).await;
    assert_eq!(count().await, Some(2));
    care.app.database.sql(&format!("update clientes set ativo = false where id = {other}")).await;
    assert_eq!(count().await, Some(1));
    care.is("open");
    care.sweeps(12).await;
    assert_eq!(count().await, Some(0));
}
