//! What the stores hold when all is quiet, read as their owner.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use shared::agenda::hold::KEPT_FOR;
use shared::id::ClienteId;

use crate::check::{Choice, MARKS, Row, Stands};
use crate::history::Slot;
use crate::kept::Kept;
use crate::stage::Stage;

const ROWS: &str = "select concat_ws('|', a.id, a.cliente_id, a.medico_id, extract(epoch from a.ocupado_de)::bigint / 60,
      extract(epoch from a.ocupado_ate)::bigint / 60, coalesce(s.nome = 'Exame', false), hi_ocupa(a.status), coalesce(p.telefone, '-'), p.nome)
    from agendamentos a join pacientes p on p.id = a.paciente_id left join servicos s on s.id = a.servico_id order by a.id";
/// What visitors keep is in the history, and from when on; a row forgets where it was while it was chosen.
const CHOICES: &str = "select concat_ws('|', r.cliente_id, r.medico_id, extract(epoch from r.ocupado_de)::bigint / 60,
      extract(epoch from r.ocupado_ate)::bigint / 60, coalesce(s.nome = 'Exame', false), extract(epoch from r.expira_em)::bigint)
    from reservas r left join servicos s on s.id = r.servico_id where r.dono like 'conversa:%'";
/// What visitors kept and asked for; a request is its patient's.
const KEPT: &str = "select concat_ws('|', r.id, r.cliente_id, r.medico_id, extract(epoch from r.ocupado_de)::bigint / 60,
      extract(epoch from r.ocupado_ate)::bigint / 60, coalesce(s.nome = 'Exame', false), r.tipo = 'pedido', r.estado,
      extract(epoch from r.expira_em)::bigint, coalesce(p.telefone, '-'), r.dono)
    from reservas r left join servicos s on s.id = r.servico_id left join pacientes p on p.id = r.paciente_id
    where r.dono like 'site:%' order by r.id";
/// How long a conversation keeps a choice, in seconds, and one for what is cut off them.
const CHOICE: i64 = KEPT_FOR.as_secs() + 1;
const SENT: &str = "select cliente_id || '|' || destino || '|' || texto from saida where estado = 'enviada'";
const STUCK: &str = "select estado || ' ' || destino || ': ' || texto from saida where estado not in ('enviada', 'cancelada', 'adiada')";
const HEARD: &str = "select whatsapp_id from mensagens where direcao = 'entrada'";
/// Every event of the running counters.
const SUMS: [(&str, &str); 6] = [
    ("mensagens_recebidas", "from mensagens where direcao = 'entrada' and"),
    ("mensagens_enviadas", "from mensagens where direcao = 'saida' and"),
    (
        "conversas",
        "from conversas where exists (select from mensagens m where m.conversa_id = conversas.id) and",
    ),
    ("marcados_painel", "from agendamentos where canal = 'painel' and"),
    ("marcados_whatsapp", "from agendamentos where canal = 'whatsapp' and"),
    ("marcados_site", "from agendamentos where canal = 'site' and"),
];

impl Stage {
    /// Sends what waits, on a clock that goes on, until nothing does; and counts, as the night does. What counts also writes the reminders
    /// that are due by then, of which one leaves in each sweep.
    pub(crate) async fn settles(&self) {
        for _ in 0..10 {
            for _ in 0..60 {
                if !self.is_waiting().await {
                    break;
                }
                self.app.clock.set(self.app.now() + SignedDuration::from_mins(2));
                reminders::sweep(&self.worker).await.unwrap();
            }
            self.app.parts.gate.meter.flush().await;
            self.app.database.sql(&format!("update medicoes set proxima_em = '{}'", self.app.now())).await;
            assert_eq!(reminders::sweep(&self.worker).await.unwrap().medidas, 2);
            if !self.is_waiting().await {
                break;
            }
        }
    }

    async fn is_waiting(&self) -> bool {
        let waits = "select count(*) from saida where estado in ('pendente', 'enviando', 'incerta')";
        self.app.database.number(waits).await > 0
    }

    pub(crate) async fn stands(&self) -> Stands {
        let database = &self.app.database;
        let numbers: BTreeMap<String, usize> =
            (0..2).map(|clinic| (self.clinic(clinic).id.to_string(), clinic)).collect();
        let (outages, stopped, now) = (self.outages(), self.stopped(), self.app.now().as_second());
        let unkilled = self.unkilled.lock().unwrap().clone();
        let mut stands = Stands { now, outages, unkilled, stopped, ..Stands::default() };
        for line in database.texts(ROWS).await {
            let [id, clinic, medico, from, to, room, stand, phone, nome] = parts(&line);
            let (clinic, number) = (numbers[clinic], |text: &str| text.parse::<i64>().unwrap());
            let slot = Slot {
                clinic,
                medico: number(medico),
                from: number(from),
                to: number(to),
                room: truth(room),
            };
            let key = phone.trim_start_matches('+').to_owned();
            if !nome.starts_with(MARKS[clinic]) || !key.starts_with(&format!("55119{}", 7 + clinic)) {
                stands.foreign.push(line.clone());
            }
            stands.rows.push(Row { id: number(id), key, slot, stands: truth(stand) });
        }
        for line in database.texts(CHOICES).await {
            let [clinic, medico, from, to, room, until] = parts(&line);
            let number = |text: &str| text.parse::<i64>().unwrap();
            let (clinic, medico, until) = (numbers[clinic], number(medico), number(until));
            let slot = Slot { clinic, medico, from: number(from), to: number(to), room: truth(room) };
            stands.choices.push(Choice { slot, clock: (until - CHOICE, until) });
        }
        self.kept(&numbers, &mut stands).await;
        for clinic in 0..2 {
            let [one, two] = self.medicos(clinic);
            stands.seats.extend([(one, 1), (two, 2)]);
        }
        stands.heard = database.texts(HEARD).await;
        stands.stuck = database.texts(STUCK).await;
        for line in database.texts(SENT).await {
            let [clinic, number, text] = parts(&line);
            stands.sent.push((numbers[clinic], number.to_owned(), text.to_owned()));
        }
        for one in self.wire.arrived() {
            let clinic = usize::from(one.instance != self.clinic(0).instance);
            if !one.number.starts_with(&format!("55119{}", 7 + clinic)) {
                stands.foreign.push(format!("{} escreveu a {}", one.instance, one.number));
            }
            stands.arrived.push((clinic, one.number, one.text));
        }
        for clinic in 0..2 {
            self.counted(self.clinic(clinic).id, &mut stands).await;
        }
        stands
    }

    /// What visitors keep, or kept.
    async fn kept(&self, numbers: &BTreeMap<String, usize>, stands: &mut Stands) {
        for line in self.app.database.texts(KEPT).await {
            let [id, clinic, medico, from, to, room, request, estado, until, phone, dono] = parts(&line);
            let number = |text: &str| text.parse::<i64>().unwrap();
            let (clinic, room, request) = (numbers[clinic], truth(room), truth(request));
            let slot = Slot { clinic, medico: number(medico), from: number(from), to: number(to), room };
            let owner = self.owner(dono).unwrap_or_else(|| "-".to_owned());
            let phone = phone.trim_start_matches('+');
            if request && phone != owner && owner != "-" {
                stands.foreign.push(format!("o pedido {id} de {owner} é de {phone}"));
            }
            let key = if request { phone.to_owned() } else { owner };
            let (estado, until) = (estado.to_owned(), number(until));
            stands.kept.push(Kept { id: number(id), key, slot, request, estado, until });
        }
    }

    /// The counters as they run, and as the night finds them.
    async fn counted(&self, cliente: ClienteId, stands: &mut Stands) {
        self.app.parts.gate.meter.flush().await;
        self.worker.meter.flush().await;
        let ledger = self.worker.ledger.counters(cliente, "2026-11").await.unwrap();
        let count = |from: &str| format!("select count(*) {from} cliente_id = {cliente}");
        for (sum, from) in SUMS {
            let said = i64::try_from(ledger.get(sum).copied().unwrap_or_default()).unwrap();
            let truth = self.app.database.number(&count(from)).await;
            stands.sums.push((format!("{sum} da clínica {cliente}"), said, truth));
        }
        let drift = format!(
            "select mes || ' ' || desvio::text from uso_mensal where cliente_id = {cliente} and desvio <> '{{}}'"
        );
        let drift = self.app.database.texts(&drift).await;
        stands.sums.extend(drift.into_iter().map(|what| (format!("à noite, {what}"), 1, 0)));
    }
}

fn truth(text: &str) -> bool {
    text.starts_with('t')
}

fn parts<const N: usize>(line: &str) -> [&str; N] {
    let all: Vec<&str> = line.splitn(N, '|').collect();
    all.try_into().unwrap_or_else(|_| panic!("{line}"))
}
