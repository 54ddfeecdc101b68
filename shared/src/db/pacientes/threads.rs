//! The WhatsApp threads of a person: which are theirs alone, and which speak of others too.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::phones::{self, Phones};
use crate::db::TenantTx;
use crate::id::{ConversaId, PacienteId};
use crate::problem::Problem;

/// The WhatsApp threads of a person.
#[derive(Debug)]
pub(super) struct Threads(Vec<Thread>);

#[derive(Debug, sqlx::FromRow)]
struct Thread {
    id: ConversaId,
    telefone: Option<String>,
    lid: Option<String>,
    jid: String,
    shared: bool,
    /// Until when it is the person's: they left the phone then, and it went on.
    #[sqlx(skip)]
    until: Option<Timestamp>,
}

impl Threads {
    /// Those on a phone that is or was the person's, those in which they were written to, and those that speak of them. Shared is what is on a phone of
    /// somebody else's too, and a phone that was the person's when it has become, or was, somebody else's.
    pub(super) async fn of(tx: &mut TenantTx, id: PacienteId) -> Result<Self, Problem> {
        let phones = Phones::of(tx, id).await?;
        let written_to = phones::written_to(tx, id).await?;
        let rows = sqlx::query_as(
            "select v.id, v.telefone, v.lid, v.jid, (v.telefone is null and v.paciente_id <> $1
               or exists (
                 select from pacientes o
                 where o.cliente_id = $2 and (o.ativo or o.fundido_em_id is not null) and coalesce(o.fundido_em_id, o.id) <> $1
                   and o.telefone = v.telefone)
               or v.telefone <> all($3) and exists (
                 select from telefones_anteriores t join pacientes o on o.cliente_id = $2 and o.id = t.paciente_id
                 where t.cliente_id = $2 and t.telefone = v.telefone and o.ativo and o.id <> $1)) is true as shared
             from conversas v
             where v.id = any(array(
               select c.id from conversas c where c.cliente_id = $2 and c.paciente_id = $1
               union
               select c.id from conversas c where c.cliente_id = $2 and c.telefone = any($3 || $4)
               union
               select unnest($5::bigint[])))
             order by v.id",
        )
        .bind(id)
        .bind(tx.cliente_id())
        .bind(phones.now)
        .bind(phones.before)
        .bind(written_to)
        .fetch_all(tx.conn())
        .await?;
        let mut threads = Self(rows);
        let left: HashMap<ConversaId, Timestamp> =
            phones::went_on(tx, id, &threads.own()).await?.into_iter().collect();
        for thread in threads.0.iter_mut().filter(|thread| !thread.shared) {
            thread.until = left.get(&thread.id).copied();
        }
        Ok(threads)
    }

    /// Some of those that lead to somebody, of a clinic where nobody is left whose they could be.
    pub(super) async fn of_nobody(tx: &mut TenantTx, most: i64) -> Result<Self, Problem> {
        let rows = sqlx::query_as(
            "select id, telefone, lid, jid, false as shared from conversas where cliente_id = $1 and jid <> '' order by id limit $2",
        );
        Ok(Self(rows.bind(tx.cliente_id()).bind(most).fetch_all(tx.conn()).await?))
    }

    fn ids(&self, shared: bool) -> Vec<ConversaId> {
        self.0.iter().filter(|thread| thread.shared == shared).map(|thread| thread.id).collect()
    }

    /// Those of nobody else.
    pub(super) fn own(&self) -> Vec<ConversaId> {
        self.ids(false)
    }

    /// Of those, the ones that are theirs to the end.
    pub(super) fn whole(&self) -> Vec<ConversaId> {
        self.theirs().map(|thread| thread.id).collect()
    }

    /// The others: on a phone the person left, and in which somebody has written since. Until when each is theirs, and what its events are found by.
    pub(super) fn left(&self) -> Vec<(ConversaId, Timestamp, Vec<String>)> {
        let left = self.0.iter().filter_map(|thread| Some((thread.id, thread.until?, thread.keys())));
        left.collect()
    }

    /// Whether somebody else writes from this phone now.
    pub(super) fn went_on(&self, telefone: &str) -> bool {
        let mut left = self.0.iter().filter(|thread| thread.until.is_some());
        left.any(|thread| thread.telefone.as_deref() == Some(telefone))
    }

    fn theirs(&self) -> impl Iterator<Item = &Thread> {
        self.0.iter().filter(|thread| !thread.shared && thread.until.is_none())
    }

    /// Those on a phone of several people.
    pub(super) fn shared(&self) -> Vec<ConversaId> {
        self.ids(true)
    }

    /// The phones of the person's own threads.
    pub(super) fn telefones(&self) -> impl Iterator<Item = &str> {
        self.theirs().filter_map(|thread| thread.telefone.as_deref())
    }

    /// What WhatsApp calls those on its side whose phone it hides, of the person's own threads.
    pub(super) fn lids(self) -> Vec<String> {
        self.theirs().filter_map(|one| one.lid.clone()).collect()
    }

    /// How the outbox may spell the other side of the person's own threads, with and without the ninth digit.
    pub(super) fn spellings(&self) -> Vec<String> {
        once(self.theirs().flat_map(Thread::spellings))
    }

    /// What their events have in `entrada.contato`: one side of one thread may have come by its phone, by its LID and by its address.
    pub(super) fn keys(&self) -> Vec<String> {
        once(self.theirs().flat_map(Thread::keys))
    }
}

fn once(texts: impl Iterator<Item = String>) -> Vec<String> {
    texts.collect::<BTreeSet<_>>().into_iter().collect()
}

impl Thread {
    fn spellings(&self) -> Vec<String> {
        let digits = self.telefone.as_deref().map(|text| text.trim_start_matches('+').to_owned());
        let shorter = digits.as_deref().and_then(without_ninth_digit);
        let all = [digits, shorter, self.lid.clone(), Some(self.jid.clone())].into_iter().flatten();
        all.filter(|spelling| !spelling.is_empty()).collect()
    }

    /// As [`Contact::key`](crate::whatsapp::Contact::key) writes them.
    fn keys(&self) -> Vec<String> {
        let lid = self.lid.as_deref().map(|lid| format!("lid:{lid}"));
        self.spellings().into_iter().chain(lid).collect()
    }
}

/// `5534988887777` → `553488887777`.
fn without_ninth_digit(digits: &str) -> Option<String> {
    let (area, local) = digits.split_at_checked(4)?;
    let older = local.strip_prefix('9').filter(|rest| rest.len() == 8)?;
    area.starts_with("55").then(|| format!("{area}{older}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inbox_may_have_a_mobile_without_its_ninth_digit() {
        assert_eq!(without_ninth_digit("5534988887777").as_deref(), Some("553488887777"));
        for other in ["551133334444", "351912345678", "12", ""] {
            assert_eq!(without_ninth_digit(other), None, "{other}");
        }
    }
}
