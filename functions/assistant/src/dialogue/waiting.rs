//! A place in the waiting list.

use shared::agenda::book::{Who, resolve};
use shared::db::espera::{self, NewEspera};
use shared::domain::nome::Nome;
use shared::problem::Problem;

use super::summary::AUTHOR;
use super::{Talk, texts};

impl Talk<'_> {
    /// Puts whoever it is for at the end of the line, once for the same wish.
    pub(super) async fn join_the_line(&mut self) -> Result<Vec<String>, Problem> {
        let request = self.memory.request.clone();
        let Some(telefone) = self.turn.contact.telefone.clone() else {
            // Nobody could be told.
            self.memory.start_over();
            return Ok(vec![texts::ask_the_clinic()]);
        };
        let who = match (request.paciente_id, request.nome.as_deref().and_then(|nome| Nome::parse(nome).ok()))
        {
            (Some(id), _) => Who::Known(id),
            (None, Some(nome)) => Who::Named { nome, telefone: Some(telefone) },
            (None, None) => return Err(Problem::Internal),
        };
        let paciente_id = resolve(self.tx, who).await?;
        let medico_id = match request.medicos.as_slice() {
            [one] => Some(*one),
            _ => None,
        };
        let periodo = request.when.between.and_then(|(from, to)| match (from.hour(), to.hour()) {
            (_, ..=12) => Some("manha"),
            (12.., ..=18) => Some("tarde"),
            (18.., _) => Some("noite"),
            _ => None,
        });
        let waits = espera::waits_for(self.tx, paciente_id, medico_id, request.servico_id).await?;
        if !waits {
            let new = NewEspera {
                paciente_id,
                medico_id,
                servico_id: request.servico_id,
                dias: None,
                periodo,
                vale_ate: request.when.until.or(request.when.days.iter().max().copied()),
                observacoes: None,
            };
            espera::insert(self.tx, &new, AUTHOR, self.turn.now).await?;
        }
        let medico = medico_id.and_then(|id| self.medico(id)).map(|medico| medico.nome.clone());
        self.memory.start_over();
        Ok(vec![texts::in_the_line(medico.as_deref())])
    }
}
