//! For what, and how it is paid: the services and health plans the clinic has, by whatever name people call them.

use shared::db::medicos::Medico;
use shared::db::publico::{self, ServicoOnline};
use shared::id::ConvenioId;
use shared::problem::Problem;

use super::memory::{Errand, Step};
use super::{Talk, texts};
use crate::reading::{Understanding, canonical_insurance, canonical_service, words};

/// Names one screen takes.
const MOST_NAMES: usize = 10;

impl Talk<'_> {
    /// Somebody was named whom the clinic does not have, or a specialty.
    pub(super) fn nobody_such(said: &Understanding) -> Option<String> {
        let specialty = said.specialty.as_deref().map(texts::no_such_specialty);
        specialty.or_else(|| said.professional.as_deref().map(texts::no_such_medico))
    }

    pub(super) async fn servico_named(&mut self, name: &str) -> Result<Option<ServicoOnline>, Problem> {
        let all = publico::servicos(self.tx).await?;
        let speaks_of =
            |servico: &&ServicoOnline| is_called(&servico.nome, name, &canonical_service(&servico.nome));
        Ok(all.iter().find(speaks_of).cloned())
    }

    pub(super) async fn take_convenio(&mut self, said: &Understanding) -> Result<Option<String>, Problem> {
        let Some(name) = said.insurance.as_deref() else { return Ok(None) };
        if name == "particular" {
            self.memory.request.convenio_id = None;
            return Ok(None);
        }
        match self.convenio_named(name).await? {
            Some((id, _)) => {
                self.memory.request.convenio_id = Some(id);
                Ok(None)
            }
            None => Ok(Some(texts::no_such_convenio(name))),
        }
    }

    /// The clinic's health plan of this name.
    pub(super) async fn convenio_named(
        &mut self,
        name: &str,
    ) -> Result<Option<(ConvenioId, String)>, Problem> {
        let all = publico::convenios(self.tx).await?;
        Ok(all.into_iter().find(|(_, own)| is_called(own, name, &canonical_insurance(own))))
    }

    /// Settles for what it is, and narrows to who does it; a question when only the person can say.
    pub(super) async fn servico(
        &mut self,
        medicos: Vec<Medico>,
    ) -> Result<Result<Vec<Medico>, String>, Problem> {
        if matches!(self.memory.request.errand, Errand::Move(_)) {
            return Ok(Ok(medicos));
        }
        let all = publico::servicos(self.tx).await?;
        let does = |servico: &ServicoOnline, medico: &Medico| servico.medicos.contains(&medico.id);
        let offered: Vec<&ServicoOnline> =
            all.iter().filter(|servico| medicos.iter().any(|medico| does(servico, medico))).collect();
        let chosen =
            self.memory.request.servico_id.and_then(|id| all.iter().find(|servico| servico.id == id));
        let servico = match (chosen, offered.as_slice()) {
            (Some(chosen), _) => chosen,
            (None, []) => return Ok(Ok(medicos)),
            (None, [only]) => only,
            (None, several) => match several.iter().find(|servico| is_plain(servico)) {
                Some(plain) => plain,
                None => return Ok(Err(self.ask_servico(several))),
            },
        };
        self.memory.request.servico_id = Some(servico.id);
        let who: Vec<Medico> = medicos.into_iter().filter(|medico| does(servico, medico)).collect();
        if who.is_empty() {
            // Whoever was named does not do it; others do.
            let others = self.medicos.iter().filter(|medico| does(servico, medico)).cloned();
            return Ok(Ok(others.collect()));
        }
        Ok(Ok(who))
    }

    fn ask_servico(&mut self, several: &[&ServicoOnline]) -> String {
        let offered: Vec<&ServicoOnline> = several.iter().take(MOST_NAMES).copied().collect();
        let ids = offered.iter().map(|servico| servico.id).collect();
        (self.memory.servicos, self.memory.step) = (ids, Step::ChooseServico);
        texts::choose_servico(&offered)
    }
}

/// Whether something the clinic has is what was named.
fn is_called(own: &str, name: &str, canonical: &str) -> bool {
    let (own, wanted) = (words(own), words(name));
    canonical == name || (!wanted.is_empty() && wanted.iter().all(|word| own.contains(word)))
}

/// What people mean by "uma consulta".
fn is_plain(servico: &ServicoOnline) -> bool {
    words(&servico.nome).first().is_some_and(|word| word == "consulta")
}
