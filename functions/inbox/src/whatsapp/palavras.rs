//! A connection in words: what it is, what it means, what to do.

use jiff::Timestamp;
use shared::db::conexoes::{Conexao, Estado};
use shared::domain::telefone::Telefone;

/// From how many looks without an answer on people are told.
const MANY_UNANSWERED: i32 = 3;

/// What a person has to know of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Situation {
    NoLine,
    Never,
    Connecting,
    Waiting,
    Connected,
    Doubted,
    Disconnected,
    Refused,
}

pub(super) fn situation(has_line: bool, conexao: Option<&Conexao>, now: Timestamp) -> Situation {
    let Some(conexao) = conexao.filter(|_| has_line) else {
        return if has_line { Situation::Never } else { Situation::NoLine };
    };
    match conexao.estado {
        Estado::Aberta if conexao.suspeita_desde.is_some() => Situation::Doubted,
        Estado::Aberta => Situation::Connected,
        _ if conexao.code(now).is_some() => Situation::Waiting,
        Estado::Conectando => Situation::Connecting,
        Estado::Recusada => Situation::Refused,
        Estado::Desconhecida => Situation::Never,
        Estado::Fechada if conexao.numero.is_none() => Situation::Never,
        Estado::Fechada => Situation::Disconnected,
    }
}

impl Situation {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::NoLine => "sem_linha",
            Self::Never => "nunca_conectado",
            Self::Connecting => "conectando",
            Self::Waiting => "aguardando_leitura",
            Self::Connected => "conectado",
            Self::Doubted => "suspeito",
            Self::Disconnected => "desconectado",
            Self::Refused => "recusado",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::NoLine => "Sem linha de WhatsApp",
            Self::Never => "Ainda não conectado",
            Self::Connecting => "Conectando…",
            Self::Waiting => "Leia o código com o celular da clínica",
            Self::Connected => "Conectado",
            Self::Doubted => "Conectado, mas em silêncio",
            Self::Disconnected => "Desconectado",
            Self::Refused => "O código não foi lido a tempo",
        }
    }

    pub(super) fn guidance(self, conexao: Option<&Conexao>) -> String {
        let text = match self {
            Self::NoLine => {
                "Esta clínica ainda não tem uma linha de WhatsApp. Fale com o suporte para criar uma."
            }
            Self::Never => {
                "Conecte o WhatsApp da clínica para que o assistente responda aos pacientes e os lembretes sejam enviados."
            }
            Self::Connecting => {
                "Estamos falando com o WhatsApp. Se demorar mais de um minuto, confira se o celular da clínica está ligado e com internet."
            }
            Self::Waiting => {
                "No celular da clínica, abra o WhatsApp, toque em Aparelhos conectados, depois em Conectar um aparelho, e aponte a câmera para o código."
            }
            Self::Connected => {
                "O assistente responde aos pacientes e os lembretes são enviados. Não é preciso fazer nada."
            }
            Self::Doubted => {
                "O WhatsApp diz que está conectado, mas não chega nada há um tempo. Refizemos a conexão; se continuar assim, envie uma mensagem de teste ou conecte de novo."
            }
            Self::Disconnected => return ended(conexao.and_then(|conexao| conexao.motivo)).to_owned(),
            Self::Refused => {
                "Os códigos mostrados venceram sem serem lidos. Clique em Conectar para gerar um novo."
            }
        };
        text.to_owned()
    }
}

/// Why it ended, by WhatsApp's code.
fn ended(code: Option<u16>) -> &'static str {
    match code {
        Some(401) => {
            "A conexão foi encerrada no celular da clínica ou nesta página. Pacientes não são respondidos até que ela seja refeita: clique em Conectar."
        }
        Some(402 | 403) => {
            "O WhatsApp bloqueou este número. Abra o WhatsApp no celular da clínica e siga o que ele pedir; depois, conecte de novo."
        }
        _ => {
            "Pacientes não são respondidos e lembretes esperam até que a conexão seja refeita: clique em Conectar."
        }
    }
}

/// What stands in `alertas`.
pub(super) fn alert(tipo: &str, conexao: Option<&Conexao>) -> String {
    let text = match tipo {
        "numero" => return another_number(conexao),
        "desconectada" => "O WhatsApp está desconectado. O que os pacientes escrevem não chega aqui.",
        "silencio" => {
            "Nenhum paciente escreve há horas em que costumam escrever. Envie uma mensagem do seu próprio celular para a clínica; se ela não aparecer nas conversas, conecte de novo."
        }
        _ => {
            "O WhatsApp não confirma as mensagens enviadas. Confira o aplicativo no celular da clínica; se ele pedir algo, atenda e conecte de novo."
        }
    };
    text.to_owned()
}

fn another_number(conexao: Option<&Conexao>) -> String {
    let shown = |digits: Option<&String>| digits.map(|digits| number(digits));
    let now = shown(conexao.and_then(|conexao| conexao.numero.as_ref()));
    let expected = shown(conexao.and_then(|conexao| conexao.numero_esperado.as_ref()));
    let now = now.map(|number| format!(": {number}")).unwrap_or_default();
    let expected = expected.map(|number| format!(", e não {number}")).unwrap_or_default();
    format!(
        "O WhatsApp foi conectado com outro número{now}{expected}. Se a troca não foi de vocês, encerre a conexão e conecte o celular da clínica."
    )
}

pub(super) fn failures(count: i64) -> Option<String> {
    match count {
        ..=0 => None,
        1 => Some(
            "Uma mensagem não foi entregue nas últimas 24 horas. A conversa mostra qual e por quê."
                .to_owned(),
        ),
        _ => Some(format!(
            "{count} mensagens não foram entregues nas últimas 24 horas. As conversas mostram quais e por quê."
        )),
    }
}

pub(super) fn uncertain(count: i64) -> Option<String> {
    match count {
        ..=0 => None,
        1 => Some(
            "De uma mensagem das últimas 24 horas não sabemos se chegou. Estamos verificando.".to_owned(),
        ),
        _ => Some(format!(
            "De {count} mensagens das últimas 24 horas não sabemos se chegaram. Estamos verificando."
        )),
    }
}

pub(super) fn unanswered(looks: i32) -> Option<String> {
    (looks >= MANY_UNANSWERED).then(|| {
        "Não conseguimos verificar a conexão agora. O que está abaixo pode estar desatualizado.".to_owned()
    })
}

/// The account's digits as people read them; foreign ones as they are.
pub(super) fn number(digits: &str) -> String {
    Telefone::parse(&format!("+{digits}")).map_or_else(|_| format!("+{digits}"), |phone| phone.display())
}

/// Eight characters in two halves, as the phone asks for them.
pub(super) fn pairing(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((first, second)) if second.len() == 4 => format!("{first}-{second}"),
        _ => code.to_owned(),
    }
}
