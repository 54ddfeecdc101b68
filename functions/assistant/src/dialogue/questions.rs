//! What people ask of the clinic: what it knows of itself is answered, everything else is left to its people. Then what was open is asked again.

use std::collections::BTreeSet;

use shared::db::{publico, unidades};
use shared::id::MedicoId;
use shared::problem::Problem;

use super::memory::Step;
use super::{Talk, joined, texts};
use crate::reading::{Intent, Quality, Understanding, words};

/// How words begin that ask by what means a visit is paid, not how much it is.
const WAYS_TO_PAY: &[&str] = &[
    "cart", "pix", "debito", "credito", "parcel", "divid", "boleto", "cheque", "dinheiro", "forma",
    "desconto", "promoc",
];
const AMOUNTS: &[&str] = &["quanto", "preco", "valor", "custa", "custo", "tabela"];

impl Talk<'_> {
    /// The answer to a question; `None` when it is none.
    pub(super) async fn asked(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        let Some(mut answer) = self.answer_to(said.intent, text, said).await? else { return Ok(None) };
        if let Some(more) = self.asked_beside(text, said).await? {
            answer = format!("{answer}\n\n{more}");
        }
        let open = !matches!(self.memory.step, Step::Idle | Step::MoveOrCancel | Step::ConfirmCancel);
        if !open || !said.intent.is(Quality::AsksTheClinic) {
            return Ok(Some(vec![answer]));
        }
        let again = match self.memory.step {
            Step::ChooseMove | Step::ChooseCancel => self.ask_which_again().await?,
            _ => self.advance(None).await?,
        };
        Ok(Some(joined(answer, again)))
    }

    /// The answers to what a message asks beside what it is for: "atende Unimed, onde fica, e tem quarta de manhã?"
    pub(super) async fn asked_beside(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<String>, Problem> {
        let mut answers: Option<String> = None;
        for intent in &said.asks {
            // What is said of a plan in a booking is told there.
            if *intent == Intent::Insurance && said.insurance.is_some() {
                continue;
            }
            let Some(answer) = self.answer_to(*intent, text, said).await? else { continue };
            answers = Some(match answers {
                Some(answers) => format!("{answers}\n\n{answer}"),
                None => answer,
            });
        }
        Ok(answers)
    }

    /// What the clinic says of itself to such a question; `None` when it is none.
    async fn answer_to(
        &mut self,
        intent: Intent,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<String>, Problem> {
        let words = words(text);
        let speaks_of =
            |starts: &[&str]| words.iter().any(|word| starts.iter().any(|start| word.starts_with(start)));
        Ok(Some(match intent {
            Intent::Info if speaks_of(&["abr", "fech", "funcion", "expediente"]) => {
                self.opening_hours().await?
            }
            Intent::Info if speaks_of(&["telefone", "fone"]) => {
                texts::phone(self.clinica.telefone.as_deref())
            }
            Intent::Address if speaks_of(&["estacion"]) => texts::ask_the_clinic(),
            Intent::Price if speaks_of(WAYS_TO_PAY) && !speaks_of(AMOUNTS) => texts::ways_to_pay(),
            Intent::Price => self.prices(said).await?,
            Intent::Insurance => self.plans(said).await?,
            // "E Bradesco?"
            Intent::Inform if said.question && said.insurance.is_some() && !said.has_facts() => {
                self.plans(said).await?
            }
            Intent::Address => self.where_is(said).await?,
            Intent::Who => texts::who_am_i(self.turn.tenant.nome()),
            Intent::Medical | Intent::Report => texts::no_medicine(),
            Intent::Info | Intent::OtherQuestion => texts::ask_the_clinic(),
            Intent::Document if speaks_of(&["exame", "resultado", "laudo"]) => {
                texts::left_to_people("sua pergunta sobre o exame")
            }
            Intent::Document if speaks_of(&["atestado"]) => texts::left_to_people("seu pedido de atestado"),
            Intent::Document if speaks_of(&["receita"]) => texts::left_to_people("seu pedido de receita"),
            Intent::Document => texts::left_to_people("seu pedido"),
            Intent::Complaint => texts::sorry(),
            Intent::Late => texts::left_to_people("seu aviso de atraso"),
            Intent::Arrived => texts::left_to_people("o aviso de que você chegou"),
            _ => return Ok(None),
        }))
    }

    /// Of several places the one meant: of whom was named, else of what stands; else all of them.
    async fn where_is(&mut self, said: &Understanding) -> Result<String, Problem> {
        let all = unidades::several(self.tx).await?;
        if all.is_empty() {
            return Ok(texts::address(self.clinica.endereco.as_deref()));
        }
        if let [named] = said.medicos.as_slice() {
            let named = unidades::place(self.tx, *named).await?;
            if let (Some(_), Some(line)) = (&named.unidade, named.line()) {
                return Ok(texts::address(Some(&line)));
            }
        }
        let whom: BTreeSet<MedicoId> = self.coming().await?.iter().map(|(row, _)| row.medico_id).collect();
        let mut doors = BTreeSet::new();
        for id in whom {
            doors.extend(self.place_of(id).await?);
        }
        match (doors.len(), doors.pop_first()) {
            (1, Some(line)) => Ok(texts::visit_address(&line)),
            _ => Ok(texts::addresses(&all)),
        }
    }

    async fn opening_hours(&mut self) -> Result<String, Problem> {
        let week = publico::semana(self.tx, self.today).await?;
        Ok(if week.is_empty() { texts::ask_the_clinic() } else { texts::opening_hours(&week) })
    }

    async fn prices(&mut self, said: &Understanding) -> Result<String, Problem> {
        let all = publico::servicos(self.tx).await?;
        let named = match &said.service {
            Some(name) => self.servico_named(name).await?,
            None => None,
        };
        let priced: Vec<(&str, i64)> = all
            .iter()
            .filter(|servico| named.as_ref().is_none_or(|named| named.id == servico.id))
            .filter_map(|servico| Some((servico.nome.as_str(), servico.preco_centavos?)))
            .collect();
        Ok(if priced.is_empty() { texts::ask_the_clinic() } else { texts::prices(&priced) })
    }

    async fn plans(&mut self, said: &Understanding) -> Result<String, Problem> {
        if let Some(name) = said.insurance.as_deref().filter(|name| *name != "particular") {
            return Ok(match self.convenio_named(name).await? {
                Some((_, nome)) => texts::takes_plan(&nome),
                None => texts::no_such_convenio(name),
            });
        }
        let plans = publico::convenios(self.tx).await?;
        let names: Vec<&str> = plans.iter().map(|(_, nome)| nome.as_str()).collect();
        Ok(if names.is_empty() { texts::ask_the_clinic() } else { texts::plans(&names) })
    }
}
