//! A clinic's onboarding, one implementation for the operators' API and for `hi onboard`.
//!
//! [`Pedido`] is what was asked for and [`Order`] the same, checked. [`onboard`] writes everything of Postgres in one transaction (the clinic, its
//! first services and its state's holidays, the invitation of its gestor with the e-mail, the line of the trail), commits, and only then talks to
//! Evolution: a failure before the commit leaves nothing, one after it a whole clinic whose WhatsApp is still to be connected, which is what
//! [`Passo`]s say. Asked for again it takes up what is there, by the clinic's address; nothing is made twice. Hours are written with each
//! professional, reminders follow the usual rules until a clinic has its own: there is nothing to write of them.
//!
//! Signing up is by such an invitation only: its link takes the terms and begins the trial. Who looks after clinics chooses any plan that is sold; what
//! it costs they do not see, and changing it later is for who looks after money. `POST /api/admin/clientes` writes an entry alone, for a clinic that brings
//! its own data.

mod passos;
mod pedido;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;

pub use passos::{Passo, steps};
pub use pedido::{FUSO, Order, PLANO, Pedido};

use crate::auth::{Operators, Papel};
use crate::clock::SharedClock;
use crate::db::Db;
use crate::db::operacao::auditoria::record;
use crate::db::operacao::clientes::{self, ClienteDados, ClienteFicha};
use crate::db::operacao::convites::{self, Convidado};
use crate::db::operacao::implantacao::{self, Estado};
use crate::db::operacao::{Acting, OperatorTx, nomes, planos};
use crate::domain::estados;
use crate::domain::nome::{first_name, in_a_letter, without_links};
use crate::id::ClienteId;
use crate::problem::Problem;
use crate::whatsapp::{Connecting, InstanceError, Line, qr};

/// What a clinic offers before it says so itself: name and minutes.
const SERVICOS: [(&str, i32); 2] = [("Consulta", 30), ("Retorno", 30)];

/// Makes an invitation's link of a clinic's address and the secret.
pub type Linker<'a> = &'a (dyn Fn(&str, &SecretString) -> String + Sync);

/// How far an onboarding is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Implantacao {
    /// The clinic.
    pub cliente_id: ClienteId,
    /// Its name.
    pub nome: String,
    /// Its address, one label.
    pub subdomain: String,
    /// Its plan.
    pub plano: String,
    /// Whether it was made now; else it was there and was taken up.
    pub nova: bool,
    /// The invitation of its gestor; none once somebody manages it.
    pub convite: Option<ConviteDeGestor>,
    /// Its WhatsApp.
    pub whatsapp: Ligacao,
    /// What is done and what remains, in a good order.
    pub passos: Vec<Passo>,
}

/// The invitation that stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConviteDeGestor {
    /// Whose.
    pub email: String,
    /// Until when.
    pub expira_em: Timestamp,
    /// The link, this once; none of one that was made before.
    pub link: Option<String>,
}

/// A clinic's line to WhatsApp.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Ligacao {
    /// `conectado`; `aguardando_leitura`: the code is to be scanned; `conectando`: a code comes soon; `indisponivel`: the server did not do it, ask
    /// again; `ocupada`: the server has an instance of that name which was not made for the clinic; `da_clinica`: who manages the clinic connects it;
    /// `meta`: Meta carries its messages.
    #[schema(pattern = "^(conectado|aguardando_leitura|conectando|indisponivel|ocupada|da_clinica|meta)$")]
    pub situacao: &'static str,
    /// What to scan, as a text.
    pub codigo: Option<String>,
    /// The same as a picture, `data:image/svg+xml;base64,…`.
    pub imagem: Option<String>,
}

/// What the transaction made or found.
struct Prepared {
    ficha: ClienteFicha,
    nova: bool,
    convite: Option<ConviteDeGestor>,
    estado: Estado,
}

/// Onboards a clinic, or takes up what is there; see the module.
///
/// # Errors
/// [`Problem::Forbidden`] for who looks after money only; [`Problem::InvalidFields`] for an unknown plan; [`Problem::Conflict`] when the address is another clinic's, or a closed one's. That Evolution does
/// not answer is no error but a step that remains.
pub async fn onboard(
    db: &Db,
    line: &Line,
    clock: &SharedClock,
    acting: Acting<'_>,
    order: &Order,
    linker: Linker<'_>,
) -> Result<Implantacao, Problem> {
    if !Operators::Clinics.include(acting.session.papel()?) {
        return Err(Problem::Forbidden);
    }
    let made = db.as_operator(acting, async |tx| prepare(tx, order, linker).await).await?;
    let Prepared { ficha, nova, convite, mut estado } = made;
    let whatsapp = Box::pin(connect(db, acting, (line, clock), &ficha, &estado)).await;
    estado.conectada |= whatsapp.situacao == "conectado";
    let passos = steps(&ficha, &estado, convite.as_ref());
    let subdomain = ficha.dados.subdomain.unwrap_or_default();
    let (cliente_id, nome, plano) = (ficha.id, ficha.dados.nome, ficha.plano);
    Ok(Implantacao { cliente_id, nome, subdomain, plano, nova, convite, whatsapp, passos })
}

async fn prepare(tx: &mut OperatorTx, order: &Order, link: Linker<'_>) -> Result<Prepared, Problem> {
    let found = clientes::lock_address(tx, &order.subdomain).await?;
    let nova = found.is_none();
    let id = match found {
        Some(there) => take_up(tx, there, order).await?,
        None => make(tx, order).await?,
    };
    let ficha = clientes::get(tx, id).await?;
    let days: Vec<_> = estados::holidays(ficha.dados.uf.as_deref().unwrap_or_default()).to_vec();
    let defaults = implantacao::defaults(tx, id, &SERVICOS, &days).await?;
    let convite = gestor(tx, &ficha, order, link).await?;
    let estado = implantacao::estado(tx, id).await?;
    let invited = convite.as_ref().is_some_and(|convite| convite.link.is_some());
    if nova || defaults || invited {
        let after = serde_json::json!({
            "nova": nova, "dados": ficha.dados, "plano": ficha.plano, "convidado": invited.then_some(&order.gestor),
        });
        record(tx, "clinica_implantada", &format!("clientes/{id}"), None, Some(after)).await?;
    }
    Ok(Prepared { ficha, nova, convite, estado })
}

async fn make(tx: &mut OperatorTx, order: &Order) -> Result<ClienteId, Problem> {
    planos::ensure_sold(tx, &order.plano).await?;
    let dados = ClienteDados {
        nome: order.nome.clone(),
        subdomain: Some(order.subdomain.clone()),
        fuso: order.fuso.clone(),
        uf: order.uf.clone(),
        email: Some(order.gestor.email.clone()),
        whatsapp_instance: Some(order.subdomain.clone()),
        whatsapp_numero: order.whatsapp.clone(),
        ..ClienteDados::default()
    };
    clientes::insert(tx, &order.plano, &dados).await
}

/// The clinic that is there, if it is the one that is meant; what it lacks and the order has is added, what it has stays.
async fn take_up(tx: &mut OperatorTx, there: ClienteFicha, order: &Order) -> Result<ClienteId, Problem> {
    there.ensure_open()?;
    let refused = |detail: String| Err(Problem::Conflict { detail });
    if there.dados.nome.to_lowercase() != order.nome.to_lowercase() {
        return refused(format!("O endereço {} já é de outra clínica. Escolha outro.", order.subdomain));
    }
    if order.plano_given && there.plano != order.plano {
        return refused(format!(
            "A clínica já existe, no plano {}. Para mudar o plano, use a mudança de plano, que faz o rateio.",
            there.plano
        ));
    }
    let mut dados = there.dados.clone();
    // At work it gets its line from an admin: a line somebody else linked their phone to would bring them what its patients write.
    if tx.papel() == Papel::Admin || !convites::is_at_work(tx, there.id).await? {
        dados.whatsapp_instance.get_or_insert_with(|| order.subdomain.clone());
        dados.whatsapp_numero = dados.whatsapp_numero.or_else(|| order.whatsapp.clone());
    }
    dados.uf = dados.uf.or_else(|| order.uf.clone());
    if dados.whatsapp_instance != there.dados.whatsapp_instance
        || dados.whatsapp_numero != there.dados.whatsapp_numero
        || dados.uf != there.dados.uf
    {
        clientes::update(tx, there.id, &dados).await?;
    }
    Ok(there.id)
}

/// The invitation of the gestor: the one that stands, or a new one; none once somebody manages the clinic.
async fn gestor(
    tx: &mut OperatorTx,
    ficha: &ClienteFicha,
    order: &Order,
    link: Linker<'_>,
) -> Result<Option<ConviteDeGestor>, Problem> {
    if convites::has_gestor(tx, ficha.id).await? {
        return Ok(None);
    }
    // Whoever is invited reads of its patients, and a code that is shown links a phone: where it has some, both are an admin's.
    if tx.papel() != Papel::Admin && convites::is_at_work(tx, ficha.id).await? {
        let detail = "Esta clínica já tem pacientes; quem convida a primeira pessoa dela é um admin.";
        return Err(Problem::Conflict { detail: detail.to_owned() });
    }
    let stands = convites::open(tx, ficha.id).await?;
    match stands.filter(|(email, _)| *email == order.gestor.email && !order.novo_convite) {
        Some((email, expira_em)) => Ok(Some(ConviteDeGestor { email, expira_em, link: None })),
        None => invite(tx, ficha, &order.gestor, link).await.map(Some),
    }
}

/// Invites a clinic's first gestor, by e-mail too; the clinic is locked by the caller and has an address.
///
/// # Errors
/// [`Problem::Conflict`] without an address.
pub async fn invite(
    tx: &mut OperatorTx,
    ficha: &ClienteFicha,
    who: &Convidado,
    link: Linker<'_>,
) -> Result<ConviteDeGestor, Problem> {
    let Some(subdomain) = ficha.dados.subdomain.as_deref() else {
        let detail = "A clínica ainda não tem endereço. Antes, escolha um subdomínio.";
        return Err(Problem::Conflict { detail: detail.to_owned() });
    };
    let convite = convites::invite(tx, ficha.id, who).await?;
    let link = link(subdomain, &convite.secret);
    let texto = letter(who, &ficha.dados.nome, &link);
    let assunto = format!("Seu acesso à {}", in_a_letter(&ficha.dados.nome));
    convites::mail(tx, ficha.id, convite.id, &who.email, (&assunto, &texto)).await?;
    Ok(ConviteDeGestor { email: who.email.clone(), expira_em: convite.expira_em, link: Some(link) })
}

/// The e-mail; a secret, for the link is in it.
fn letter(who: &Convidado, clinica: &str, link: &str) -> SecretString {
    // Who is invited under the clinic's own name is greeted without one.
    let hello = if who.nome == clinica {
        "Olá!".to_owned()
    } else {
        format!("Olá, {}!", without_links(first_name(&who.nome)))
    };
    let clinica = in_a_letter(clinica);
    SecretString::from(format!(
        "{hello}\n\nO Horário Inteligente da {clinica} está pronto, e é você quem vai administrá-lo. Para começar, escolha a sua senha:\n\n\
         {link}\n\nO endereço vale por três dias e funciona uma vez só. Se ele vencer, é só pedir outro a quem convidou você.\n\n\
         Se você não esperava este e-mail, pode ignorá-lo: sem a senha, nada acontece.\n\nEquipe Horário Inteligente\n"
    ))
}

/// Makes the instance and asks for a code. Not for a clinic that somebody manages: whoever scans a code links their phone, and there that is the
/// clinic's affair. Nor when there is an instance of that name that was not made for it: the phone it may be linked to is somebody else's.
async fn connect(
    db: &Db,
    acting: Acting<'_>,
    (line, clock): (&Line, &SharedClock),
    ficha: &ClienteFicha,
    estado: &Estado,
) -> Ligacao {
    let only = |situacao| Ligacao { situacao, ..Ligacao::default() };
    if ficha.whatsapp_provedor != "evolution" {
        return only("meta");
    }
    if estado.gestor {
        return only(if estado.conectada { "conectado" } else { "da_clinica" });
    }
    let instance = ficha.dados.whatsapp_instance.as_deref().unwrap_or_default();
    let missing = match line.evolution.state(instance).await {
        Ok(_) => false,
        Err(InstanceError::Missing) => true,
        Err(error) => {
            tracing::error!(cliente.id = %ficha.id, %error, "evolution did not tell of the instance");
            return only("indisponivel");
        }
    };
    match db.as_operator(acting, async |tx| nomes::claim(tx, ficha.id, instance, missing).await).await {
        Ok(true) => {}
        Ok(false) => return only("ocupada"),
        Err(problem) => {
            tracing::error!(cliente.id = %ficha.id, codigo = problem.codigo(), "nobody knows whose the instance is");
            return only("indisponivel");
        }
    }
    match line.begin(clock, instance, None, false).await {
        Ok(Connecting::Open) => only("conectado"),
        Ok(Connecting::Wait) => only("conectando"),
        Ok(Connecting::Scan(code)) => {
            let imagem = qr::svg(&code.qr);
            Ligacao { situacao: "aguardando_leitura", codigo: Some(code.qr), imagem }
        }
        Err(error) => {
            tracing::error!(cliente.id = %ficha.id, %error, "evolution did not make the instance");
            only("indisponivel")
        }
    }
}
