//! What is asked: pages of a question, processors, ways to Postgres, places in the queue; and the time of a migration.

use super::budget::{CLINICS, Month, OF_A_CLINIC, held, sizes};
use super::ddl::{CONCURRENTLY, KINDS, Took, waits};
use super::law::{Law, Measured};
use super::words::{Row, lines, number, table};
use super::{Answered, At, whole};

/// Processors of a db.r7g.2xlarge.
const PROCESSORS: f64 = 8.0;
/// Milliseconds from a function to Postgres and back, in another zone; nobody has measured it on AWS.
const THERE_AND_BACK: f64 = 0.7;
/// What Lambda gives a migration.
const MIGRATION_S: f64 = 900.0;
/// A FIFO queue of high throughput; as `hi cost` has it.
const QUEUE: f64 = 4500.0;

/// How pages and time of a question grow as other clinics come.
pub(crate) fn questions(all: &[At]) -> String {
    let names: Vec<&'static str> =
        all.first().map(|at| at.questions.keys().copied().collect()).unwrap_or_default();
    let rows = |unit: &'static str, of: fn(&Answered) -> f64| {
        let row = |name: &&'static str| {
            let points = all.iter().map(|at| (at.clinics, of(&at.questions[name]))).collect();
            // What reads a list of all clinics grows with them; what is of one, as the trees it goes through.
            let law = if *name == "varredura" { Law::Linear } else { Law::Logarithmic };
            Row::new(*name, unit, Measured::new(law, points), CLINICS)
        };
        names.iter().map(row).collect::<Vec<_>>()
    };
    let pages = table(
        "páginas de 8 kB que uma pergunta lê, numa clínica de 5.000 consultas",
        "clínicas",
        &rows("páginas", |one| one.pages),
    );
    let ms = table("e quanto leva no Postgres", "clínicas", &rows("ms", |one| one.ms));
    format!("{pages}\n{ms}")
}

fn asks(all: &[At], name: &str, law: Law, of: fn(&super::Asks) -> f64) -> Measured {
    Measured::new(law, all.iter().map(|at| (at.clinics, of(&at.asks[name]))).collect())
}

/// Processors the fullest hour asks for.
pub(crate) fn processor(all: &[At], month: &Month) -> String {
    let turns = month.needs("mensagens de pacientes por segundo");
    let rates = [
        ("nada mudou", month.needs("pedidos à API por segundo")),
        ("mensagem", turns),
        ("relato", month.needs("mensagens na fila por segundo") - turns),
        // Each of the clinic's acts reads the agenda again, at the screens that are open.
        (
            "agenda de uma semana",
            month.premise("pedidos_por_consulta") * CLINICS * super::A_MONTH / month.premise("dias_uteis")
                * 0.15
                / 3600.0,
        ),
    ];
    let rows: Vec<Row> = rates
        .iter()
        .map(|(name, _)| Row::new(*name, "ms", asks(all, name, Law::Logarithmic, |one| one.cpu_ms), CLINICS))
        .collect();
    let mut told = vec![
        ["", "por segundo", "processadores", "comandos de cada", "conexões em uso"]
            .map(str::to_owned)
            .to_vec(),
    ];
    let (mut processors, mut busy) = (0.0, 0.0);
    for ((name, rate), row) in rates.iter().zip(&rows) {
        let statements = asks(all, name, Law::Constant, |one| one.statements).at(CLINICS);
        let (cpu, held) =
            (rate * row.there() / 1000.0, rate * (row.there() + statements * THERE_AND_BACK) / 1000.0);
        (processors, busy) = (processors + cpu, busy + held);
        told.push(vec![(*name).to_owned(), number(*rate), number(cpu), number(statements), number(held)]);
    }
    told.push(vec!["juntos".to_owned(), String::new(), number(processors), String::new(), number(busy)]);
    let wal = turns * asks(all, "mensagem", Law::Constant, |one| one.wal).at(CLINICS)
        + rates[2].1 * asks(all, "relato", Law::Constant, |one| one.wal).at(CLINICS);
    let xids = turns * asks(all, "mensagem", Law::Constant, |one| one.xids).at(CLINICS)
        + rates[2].1 * asks(all, "relato", Law::Constant, |one| one.xids).at(CLINICS);
    format!(
        "{}\nna hora mais cheia de {}\n{}processadores {} de {} (db.r7g.2xlarge): {}\nconexões em uso {} (Little: chegadas por segundo vezes o tempo de cada, {} ms de ida e volta por comando)\n\
         registro adiantado {} MB/s, sem imagens de páginas; {} números de transação por segundo",
        table("processador do Postgres", "clínicas", &rows),
        whole(),
        lines(&told),
        number(processors),
        number(PROCESSORS),
        word(processors, PROCESSORS),
        number(busy),
        number(THERE_AND_BACK),
        number(wal / 1e6),
        number(xids)
    )
}

fn word(needs: f64, has: f64) -> &'static str {
    if needs > has { "PASSA" } else { "cabe" }
}

/// Ways and places, as the size `escala` has them.
pub(crate) fn fullest(all: &[At], month: &Month) -> String {
    let [_, _, size] = sizes();
    let queued = month.needs("mensagens na fila por segundo");
    let api = month.needs("pedidos à API por segundo");
    let turn = month.premise("turno_ms") + month.premise("relatos_por_envio") * month.premise("relato_ms");
    let mut told = vec![["na hora mais cheia", "precisa", "há", ""].map(str::to_owned).to_vec()];
    for (name, needs, has, place) in [
        ("pedidos à API por segundo", api, size.has("RequestsASecond"), "RequestsASecond"),
        (
            "processos que os respondem",
            month.needs("processos que os respondem"),
            size.has("SchedulingAtOnce") + size.has("InboxAtOnce"),
            "Scheduling e Inbox",
        ),
        (
            "processos do assistente",
            month.needs("processos do assistente"),
            size.has("AssistantAtOnce"),
            "AssistantAtOnce",
        ),
        (
            "conexões, com tudo o que pode rodar ao mesmo tempo",
            held(&size),
            size.has("DatabaseBusy"),
            "DatabaseBusy",
        ),
        (
            "conexões, com o que essa hora pede",
            month.needs("conexões ao Postgres"),
            size.has("DatabaseBusy"),
            "DatabaseBusy",
        ),
        ("mensagens na fila por segundo", queued, QUEUE, "fila FIFO de alta vazão"),
        ("as mesmas, se a fila fosse uma FIFO comum", queued, 300.0, "FIFO sem lotes"),
    ] {
        told.push(vec![
            name.to_owned(),
            number(needs),
            format!("{} {place}", number(has)),
            word(needs, has).to_owned(),
        ]);
    }
    let groups = month.needs("mensagens de pacientes por segundo") * turn / 1000.0;
    let clinics = all.last().map(|at| at.clinics).unwrap_or_default();
    format!(
        "{}grupos da fila em trabalho ao mesmo tempo: {} de {} clínicas; um grupo (uma conversa) trata uma mensagem e os seus relatos em {} s, ou {} por minuto (medido até {} clínicas)",
        lines(&told),
        number(groups),
        number(CLINICS),
        number(turn / 1000.0),
        number(60_000.0 / turn),
        number(clinics)
    )
}

/// What each kind of change takes, here and on the two tables that matter.
pub(crate) fn changes(measured: &[(f64, Vec<Took>)], of_entrada: f64) -> String {
    let appointments = CLINICS * OF_A_CLINIC;
    let mut told = String::new();
    for (name, rows) in [("agendamentos", appointments), ("entrada", appointments * of_entrada)] {
        let kinds = KINDS.iter().chain(std::iter::once(&CONCURRENTLY)).enumerate();
        let all: Vec<Row> = kinds
            .map(|(at, kind)| {
                let points = measured.iter().map(|(rows, took)| (*rows, took[at].0 / 1000.0)).collect();
                let lock = measured.last().map(|(_, took)| waits(&took[at].1)).unwrap_or_default();
                let law = Measured::new(kind.law, points);
                Row::new(format!("{}, {lock}", kind.name), "s", law, rows).of(MIGRATION_S, "s de Owner")
            })
            .collect();
        told +=
            &table(&format!("migrações em {name}, {} milhões de linhas", number(rows / 1e6)), "linhas", &all);
        told.push('\n');
    }
    told.trim_end().to_owned()
}
