//! The month that runs, as the ledger's sums tell it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::ledger::counters::Sums;
use crate::ledger::usage::Usage;

/// What was used so far; a moment behind, and right again each night.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UsoCorrente {
    /// `2026-11`, in the clinic's zone.
    mes: String,
    mensagens_recebidas: u64,
    mensagens_enviadas: u64,
    conversas: u64,
    marcados_painel: u64,
    marcados_whatsapp: u64,
    marcados_site: u64,
    marcados_sistema: u64,
    requisicoes: u64,
    ia_chamadas: u64,
    ia_tokens_entrada: u64,
    ia_tokens_saida: u64,
}

impl UsoCorrente {
    /// From the sums of `mes` and what a language model used in it.
    pub fn new(mes: String, sums: &Sums, model: &Usage) -> Self {
        let sum = |name: &str| sums.get(name).copied().unwrap_or_default();
        Self {
            mes,
            mensagens_recebidas: sum("mensagens_recebidas"),
            mensagens_enviadas: sum("mensagens_enviadas"),
            conversas: sum("conversas"),
            marcados_painel: sum("marcados_painel"),
            marcados_whatsapp: sum("marcados_whatsapp"),
            marcados_site: sum("marcados_site"),
            marcados_sistema: sum("marcados_sistema"),
            requisicoes: sum("requisicoes"),
            ia_chamadas: model.calls,
            ia_tokens_entrada: model.tokens_in,
            ia_tokens_saida: model.tokens_out,
        }
    }
}
