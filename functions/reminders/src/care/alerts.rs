//! How people of a clinic learn that something is wrong with its WhatsApp, and that it is well again: the page shows the alert while it stands,
//! and who manages the clinic gets an e-mail at its beginning and at its end. It cannot be told by WhatsApp.

use jiff::Timestamp;
use shared::db::alertas::{self, Tipo, ToTell};
use shared::db::conexoes::{Conexao, Estado};
use shared::db::emails::{self, NewEmail};
use shared::db::{TenantTx, usuarios};
use shared::domain::telefone::Telefone;
use shared::parts::WorkerParts;
use shared::portuguese;
use shared::problem::Problem;
use shared::tenant::Tenant;

/// The page on which all this is shown, and mended.
const PAGE: &str = "/app/whatsapp";

/// Writes the e-mails that are due, in the transaction that notes that they are written: once for each alert, however many look.
pub(super) async fn tell(
    tx: &mut TenantTx,
    parts: &WorkerParts,
    tenant: &Tenant,
    conexao: &Conexao,
    now: Timestamp,
) -> Result<Vec<ToTell>, Problem> {
    let mut told = alertas::take_untold(tx, now).await?;
    // A silence ends with a connection that ends, too, and a number is no alarm any more after some days: nothing is well again for that.
    told.retain(|one| !one.acabou || (conexao.estado == Estado::Aberta && one.tipo != Tipo::Numero));
    if told.is_empty() {
        return Ok(told);
    }
    let zone = tx.time_zone().clone();
    let people = usuarios::managers_emails(tx).await?;
    for one in &told {
        let since = one.desde.to_zoned(zone.clone());
        let said = Said {
            clinica: tenant.nome(),
            desde: format!(
                "{} de {}",
                portuguese::clock_time(since.time()),
                portuguese::day_month(since.date())
            ),
            link: parts.page_of(tenant, PAGE),
            conexao,
        };
        let (assunto, texto) = if one.acabou { said.over() } else { said.begun(one.tipo) };
        let which = if one.acabou { "fim" } else { "inicio" };
        for para in &people {
            let chave = format!("alerta:{}:{which}:{para}", one.id);
            let new = NewEmail {
                para,
                assunto: &assunto,
                texto: &texto,
                chave: &chave,
                agendamento_id: None,
                at: now,
                urgente: false,
            };
            emails::insert(tx, &new).await?;
        }
    }
    Ok(told)
}

/// The operator's line for each.
pub(super) fn log(tenant: &Tenant, told: &[ToTell]) {
    for one in told {
        let (cliente, alerta) = (tenant.cliente_id(), one.tipo.as_str());
        if one.acabou {
            tracing::info!(cliente.id = %cliente, alerta, "whatsapp of a clinic is well again");
        } else {
            tracing::warn!(cliente.id = %cliente, alerta, "whatsapp of a clinic needs somebody");
        }
    }
}

/// What an e-mail is made of.
struct Said<'a> {
    clinica: &'a str,
    /// `14h10 de 30/11`
    desde: String,
    link: String,
    conexao: &'a Conexao,
}

impl Said<'_> {
    fn begun(&self, tipo: Tipo) -> (String, String) {
        let Self { clinica, desde, link, .. } = self;
        let (assunto, what) = match tipo {
            Tipo::Desconectada => (
                "WhatsApp desconectado",
                format!(
                    "O WhatsApp da {clinica} está desconectado desde {desde}. Até voltar, os pacientes ficam sem resposta e os lembretes \
                     esperam.\n\nPara reconectar, abra a página abaixo com o celular da clínica à mão e leia o código:"
                ),
            ),
            Tipo::Silencio => (
                "WhatsApp em silêncio",
                format!(
                    "O WhatsApp da {clinica} diz que está conectado, mas desde {desde} não chega nada, num horário em que os pacientes \
                     costumam escrever. Já refizemos a conexão uma vez.\n\nEnvie uma mensagem do seu celular para a clínica. Se ela não \
                     aparecer nas conversas, conecte de novo nesta página:"
                ),
            ),
            Tipo::Envios => (
                "WhatsApp não confirma os envios",
                format!(
                    "Desde {desde} o WhatsApp não confirma as mensagens da {clinica}: elas podem não estar chegando aos pacientes.\n\n\
                     Abra o WhatsApp no celular da clínica; se ele pedir algo, atenda. Depois, confira nesta página:"
                ),
            ),
            Tipo::Numero => (
                "WhatsApp conectado com outro número",
                format!(
                    "O WhatsApp da {clinica} foi conectado com um número diferente{}.\n\nSe a troca foi de vocês, está tudo certo. Se não \
                     foi, encerre a conexão nesta página e conecte o celular da clínica:",
                    self.numbers()
                ),
            ),
        };
        (format!("{assunto}: {clinica}"), format!("Olá!\n\n{what}\n{link}\n\nHorário Inteligente"))
    }

    fn over(&self) -> (String, String) {
        let Self { clinica, link, .. } = self;
        let text = format!(
            "Olá!\n\nO WhatsApp da {clinica} voltou a funcionar. O que esperava está saindo, e o que os pacientes escreveram nesse tempo \
             está sendo lido. Mensagens de mais de um dia ficam guardadas sem resposta: vale olhar as conversas.\n\n{link}\n\nHorário Inteligente"
        );
        (format!("WhatsApp de volta: {clinica}"), text)
    }

    /// Which number instead of which.
    fn numbers(&self) -> String {
        let shown = |digits: &String| {
            Telefone::parse(&format!("+{digits}"))
                .map_or_else(|_| format!("+{digits}"), |phone| phone.display())
        };
        let now = self.conexao.numero.as_ref().map(|number| format!(": {}", shown(number)));
        let before = self.conexao.numero_esperado.as_ref();
        let before = before.map(|number| format!(" em vez de {}", shown(number)));
        [now, before].into_iter().flatten().collect()
    }
}
