//! What is done of an onboarding and what remains, in a good order, with who does it and where.

use serde::Serialize;
use utoipa::ToSchema;

use super::ConviteDeGestor;
use crate::db::operacao::clientes::ClienteFicha;
use crate::db::operacao::implantacao::Estado;

/// One step.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Passo {
    /// A stable word.
    #[schema(pattern = "^(cadastro|agenda|gestor|profissionais|whatsapp|contato)$")]
    pub codigo: &'static str,
    /// What it is.
    pub titulo: &'static str,
    /// Whether it is done.
    pub feito: bool,
    /// How it is done; empty once it is.
    pub como: String,
}

/// All steps of a clinic.
pub fn steps(ficha: &ClienteFicha, estado: &Estado, convite: Option<&ConviteDeGestor>) -> Vec<Passo> {
    let dados = &ficha.dados;
    let step = |codigo, titulo, feito, como: String| {
        let como = if feito { String::new() } else { como };
        Passo { codigo, titulo, feito, como }
    };
    let invited = match convite {
        Some(convite) => format!(
            "O convite foi por e-mail para {} e vale por três dias. Se vencer, peça outro.",
            convite.email
        ),
        None => "Convide quem vai administrar a clínica.".to_owned(),
    };
    let connected = if estado.gestor {
        "Quem administra a clínica lê o código em WhatsApp, no painel.".to_owned()
    } else {
        "Leia o código com o celular da clínica: WhatsApp, Aparelhos conectados, Conectar aparelho."
            .to_owned()
    };
    vec![
        step("cadastro", "Clínica cadastrada", dados.subdomain.is_some(), "Escolha um endereço.".to_owned()),
        step(
            "agenda",
            "Serviços para começar",
            estado.servicos,
            "Cadastre o que a clínica oferece.".to_owned(),
        ),
        step("gestor", "Quem administra entrou", estado.gestor, invited),
        step(
            "profissionais",
            "Profissionais cadastrados",
            estado.profissionais,
            "Cadastre quem atende; os horários vêm de segunda a sexta, das 8h às 12h e das 14h às 18h."
                .to_owned(),
        ),
        step("whatsapp", "WhatsApp conectado", estado.conectada, connected),
        step(
            "contato",
            "Telefone e endereço",
            dados.telefone.is_some() && dados.endereco.is_some(),
            "Preencha telefone e endereço: é o que os pacientes recebem quando perguntam.".to_owned(),
        ),
    ]
}
