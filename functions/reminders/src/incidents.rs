//! Admins are warned a day before the deadline of an incident that was not communicated, and when it is over; once each.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use shared::db::Db;
use shared::db::operacao::incidentes::{self, Aviso};
use shared::domain::prazos::ZONE;
use shared::problem::Problem;

/// Writes the warnings that are due; the e-mails leave with this sweep.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn warn(cartas: &Db, now: Timestamp) -> Result<(), Problem> {
    for aviso in incidentes::to_warn_of(cartas, now).await? {
        let (assunto, texto) = letter(&aviso)?;
        match incidentes::warn(cartas, &aviso, (&assunto, &texto), now).await {
            Ok(written) => {
                tracing::warn!(incidente.id = %aviso.id, vencido = aviso.vencido, emails = written, "an incident's deadline");
            }
            // One that fails keeps no other from being told.
            Err(problem) => {
                tracing::error!(incidente.id = %aviso.id, codigo = problem.codigo(), "warning of an incident failed");
            }
        }
    }
    Ok(())
}

fn letter(aviso: &Aviso) -> Result<(String, String), Problem> {
    let zone = TimeZone::get(ZONE).map_err(|_| Problem::Internal)?;
    let prazo = zone.to_datetime(aviso.prazo_em).strftime("%d/%m/%Y às %H:%M");
    let Aviso { id, titulo, vencido, .. } = aviso;
    let missing = match (aviso.falta_anpd, aviso.falta_titulares) {
        (true, true) => "a comunicação à ANPD e a comunicação aos titulares",
        (true, false) => "a comunicação à ANPD",
        _ => "a comunicação aos titulares",
    };
    let (assunto, begins) = if *vencido {
        (
            format!("Prazo vencido: incidente {id}"),
            format!("O prazo de três dias úteis venceu em {prazo} (Brasília)."),
        )
    } else {
        (
            format!("Prazo em menos de 24 horas: incidente {id}"),
            format!("O prazo de três dias úteis termina em {prazo} (Brasília)."),
        )
    };
    let texto = format!(
        "Incidente {id}: {titulo}\n\n{begins}\n\nAinda não está registrada {missing}. Se já foi feita, registre-a no painel; se o incidente \
         não precisa ser comunicado, encerre-o com o motivo.\n"
    );
    Ok((assunto, texto))
}
