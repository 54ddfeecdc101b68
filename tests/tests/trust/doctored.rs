//! Histories made up by hand: each rule of the checker can be broken, and only by what breaks it.

use crate::check::{Choice, Row, Stands, check};
use crate::faults::Fault;
use crate::history::{Act, By, End, Entry, Slot};
use crate::kept::Kept;
use crate::outages::Outage;

pub(crate) const KEY: &str = "5511970000001";
pub(crate) const OTHER: &str = "5511970000002";

pub(crate) fn slot(from: i64) -> Slot {
    Slot { clinic: 0, medico: 1, from, to: from + 30, room: false }
}

pub(crate) fn entry((from, to): (u64, u64), act: Act, end: End) -> Entry {
    let who = "secretária".to_owned();
    Entry { who, clinic: 0, from, to, clock: (0, 0), act, end, told: String::new() }
}

pub(crate) fn book(at: (u64, u64), key: &str, from: i64) -> Entry {
    entry(at, Act::Book { key: key.to_owned(), slot: slot(from), by: By::Staff }, End::Done)
}

pub(crate) fn refused(at: (u64, u64), by: By, from: i64) -> Entry {
    let end = End::Refused(409, "horario_ocupado".to_owned());
    entry(at, Act::Book { key: "5511970000009".to_owned(), slot: slot(from), by }, end)
}

fn moving(key: &str, from: i64, by: By) -> Act {
    Act::Move { key: key.to_owned(), slot: slot(from), by }
}

pub(crate) fn keep(at: (u64, u64), key: &str, from: i64) -> Entry {
    entry(at, Act::Keep { key: key.to_owned(), slot: slot(from) }, End::Done)
}

pub(crate) fn cancel(at: (u64, u64), key: &str) -> Entry {
    entry(at, Act::Cancel { key: key.to_owned() }, End::Done)
}

pub(crate) fn row(id: i64, key: &str, from: i64) -> Row {
    Row { id, key: key.to_owned(), slot: slot(from), stands: true }
}

pub(crate) fn gone(id: i64, key: &str, from: i64) -> Row {
    Row { stands: false, ..row(id, key, from) }
}

pub(crate) fn of(rows: &[Row]) -> Stands {
    Stands { rows: rows.to_vec(), seats: [(1, 1)].into(), ..Stands::default() }
}

/// A time a visitor chose.
pub(crate) fn hold(id: i64, key: &str, from: i64) -> Kept {
    let (key, estado) = (key.to_owned(), "aberta".to_owned());
    Kept { id, key, slot: slot(from), request: false, estado, until: 300 }
}

/// The same stores, without this from the fifth to the tenth microsecond.
pub(crate) fn missing(fault: Fault, stands: Stands) -> Stands {
    Stands { outages: vec![Outage { fault, from: 5, to: 10 }], ..stands }
}

/// One of each kind of what a history and the stores hold.
pub(crate) fn every_kind() -> (Vec<Entry>, Stands) {
    let history = vec![book((0, 5), KEY, 0), keep((6, 9), OTHER, 60), refused((10, 11), By::Visitor, 0)];
    let choices = vec![Choice { slot: slot(0), clock: (-10, 0) }];
    let stands = Stands { kept: vec![hold(2, OTHER, 60)], choices, ..of(&[row(1, KEY, 0)]) };
    (history, missing(Fault::Clock, stands))
}

/// What is wrong, in a word each.
pub(crate) fn wrong(history: &[Entry], stands: &Stands) -> Vec<String> {
    check(history, stands).into_iter().map(|violation| violation.what).collect()
}

pub(crate) fn says(history: &[Entry], stands: &Stands, what: &str) {
    let wrong = wrong(history, stands);
    assert!(wrong.iter().any(|one| one.contains(what)), "{what}: {wrong:?}");
}

#[test]
fn a_history_that_is_right_is_right() {
    let moved = entry((30, 40), moving(KEY, 60, By::Staff), End::Done);
    let history = [
        book((0, 10), KEY, 0),
        refused((5, 15), By::Staff, 15),
        moved,
        book((50, 60), OTHER, 0),
        cancel((70, 80), OTHER),
        refused((75, 85), By::Visitor, 0),
    ];
    assert_eq!(wrong(&history, &of(&[row(1, KEY, 60), gone(2, OTHER, 0)])), Vec::<String>::new());
}

#[test]
fn two_at_one_time_are_seen_in_the_database_and_in_what_clients_were_told() {
    let history = [book((0, 10), KEY, 0), book((20, 30), OTHER, 15)];
    says(&history, &of(&[row(1, KEY, 0), row(2, OTHER, 15)]), "no mesmo horário");
    says(&history, &of(&[row(1, KEY, 0), row(2, OTHER, 15)]), "2 consultas ao mesmo tempo");
    // One of them was called off later: the database shows nothing any more.
    let history = [book((0, 10), KEY, 0), book((20, 30), OTHER, 15), cancel((40, 50), OTHER)];
    let stands = of(&[row(1, KEY, 0), gone(2, OTHER, 15)]);
    assert_eq!(wrong(&history, &stands), ["2 consultas ao mesmo tempo, cabe(m) 1"]);
    // Called off before the other was booked, or at the same moment: that may be.
    let history = [book((0, 10), KEY, 0), cancel((15, 25), KEY), book((20, 30), OTHER, 15)];
    assert_eq!(wrong(&history, &of(&[gone(1, KEY, 0), row(2, OTHER, 15)])), Vec::<String>::new());
    let seats = Stands { seats: [(1, 2)].into(), ..of(&[row(1, KEY, 0), row(2, OTHER, 15)]) };
    let history = [book((0, 10), KEY, 0), book((20, 30), OTHER, 15)];
    assert_eq!(wrong(&history, &seats), Vec::<String>::new());
}

#[test]
fn one_room_is_one_whoever_is_in_it() {
    let in_room = |medico| Slot { medico, room: true, ..slot(0) };
    let history: Vec<Entry> = [(KEY, 1, 0), (OTHER, 2, 20)]
        .map(|(key, medico, from)| {
            let act = Act::Book { key: key.to_owned(), slot: in_room(medico), by: By::Staff };
            entry((from, from + 10), act, End::Done)
        })
        .into();
    let rows = [(1, KEY, 1), (2, OTHER, 2)]
        .map(|(id, key, medico)| Row { slot: in_room(medico), ..row(id, key, 0) });
    says(&history, &of(&rows), "no mesmo horário");
    says(&history, &of(&rows), "2 consultas ao mesmo tempo");
}

#[test]
fn what_was_promised_is_there_once_and_as_it_was_last_left() {
    let booked = [book((0, 10), KEY, 0)];
    says(&booked, &of(&[]), "não está no banco");
    says(&booked, &of(&[row(1, KEY, 0), row(2, KEY, 60)]), "2 consultas no banco");
    says(&booked, &of(&[row(1, KEY, 30)]), "deveria estar em");
    says(&booked, &of(&[gone(1, KEY, 0)]), "ninguém cancelou");
    says(&[], &of(&[row(1, KEY, 0)]), "pedida: false");
    says(&[book((0, 10), KEY, 0), cancel((20, 30), KEY)], &of(&[row(1, KEY, 0)]), "cancelada, e");
    // Told twice, it is one; also while somebody else is told that there is no room.
    let twice = [book((0, 10), KEY, 0), book((0, 12), KEY, 0), refused((5, 11), By::Staff, 0)];
    assert_eq!(wrong(&twice, &of(&[row(1, KEY, 0)])), Vec::<String>::new());
    // Nobody knows whether it was booked: both are right.
    let unknown = [Entry { end: End::Unknown("indisponivel".to_owned()), ..book((0, 10), KEY, 0) }];
    let after = [unknown[0].clone(), keep((20, 30), OTHER, 60)];
    for rows in [vec![], vec![row(1, KEY, 0)]] {
        let stands = Stands { kept: vec![hold(7, OTHER, 60)], ..of(&rows) };
        assert_eq!(wrong(&after, &missing(Fault::Postgres, stands)), Vec::<String>::new());
    }
    says(&unknown, &of(&[]), "resposta que não devia haver");
    // Unless nobody could do anything just then.
    let stopped = |at| Stands { stopped: vec![at], ..of(&[]) };
    assert_eq!(wrong(&unknown, &stopped((5, 20))), Vec::<String>::new());
    says(&unknown, &stopped((10, 20)), "resposta que não devia haver");
}

#[test]
fn what_was_called_off_is_moved_no_more() {
    let moved = |at| entry(at, moving(KEY, 60, By::Phone), End::Done);
    let stands = of(&[gone(1, KEY, 60)]);
    // At the same moment, it may have been moved first.
    let together = [book((0, 10), KEY, 0), cancel((20, 30), KEY), moved((25, 35))];
    assert_eq!(wrong(&together, &stands), Vec::<String>::new());
    says(&[book((0, 10), KEY, 0), cancel((20, 30), KEY), moved((31, 35))], &stands, "depois de cancelada");
}

#[test]
fn a_visit_that_is_moved_to_where_it_is_takes_one_seat() {
    let moved = |at| entry(at, moving(KEY, 0, By::Staff), End::Done);
    let history = [book((0, 10), KEY, 0), moved((20, 30)), moved((40, 50))];
    assert_eq!(wrong(&history, &of(&[row(1, KEY, 0)])), Vec::<String>::new());
}

#[test]
fn a_refusal_without_anybody_in_the_way_is_seen() {
    let stands = of(&[row(1, KEY, 0)]);
    for alone in [refused((0, 5), By::Visitor, 0), refused((20, 30), By::Visitor, 60)] {
        says(&[book((10, 15), KEY, 0), alone], &stands, "sem causa");
    }
    // It was over before it was asked for.
    let history = [book((0, 10), KEY, 0), cancel((20, 30), KEY), refused((31, 40), By::Visitor, 0)];
    says(&history, &of(&[gone(1, KEY, 0)]), "sem causa");
    let odd = entry((0, 5), Act::Look, End::Refused(409, "conflito".to_owned()));
    says(&[odd], &of(&[]), "recusa 409 conflito sem causa");
    says(
        &[entry((0, 5), Act::Look, End::Refused(500, "erro_interno".to_owned()))],
        &of(&[]),
        "não devia haver",
    );
}

#[test]
fn what_is_kept_is_in_the_way_of_whom_it_should_be() {
    let (nobody, held) = (of(&[]), Stands { kept: vec![hold(7, KEY, 0)], ..of(&[]) });
    // What a conversation chose keeps everybody away, for its minutes.
    let choices = vec![Choice { slot: slot(0), clock: (-10, 0) }];
    let stands = Stands { choices: choices.clone(), ..of(&[]) };
    for by in [By::Visitor, By::Phone, By::Staff] {
        assert_eq!(wrong(&[refused((0, 5), by, 0)], &stands), Vec::<String>::new());
    }
    let choices = vec![Choice { clock: (-10, -5), ..choices[0].clone() }];
    says(&[refused((0, 5), By::Visitor, 0)], &Stands { choices, ..of(&[]) }, "sem causa");
    // What a visitor chose keeps visitors and phones away, and staff never, whether they book or move.
    for by in [By::Visitor, By::Phone] {
        assert_eq!(wrong(&[keep((0, 5), KEY, 0), refused((6, 9), by, 0)], &held), Vec::<String>::new());
    }
    says(&[keep((0, 5), KEY, 0), refused((6, 9), By::Staff, 0)], &nobody, "sem causa");
    let taken = || End::Refused(409, "horario_ocupado".to_owned());
    says(&[keep((0, 5), KEY, 0), entry((6, 9), moving(OTHER, 0, By::Staff), taken())], &nobody, "sem causa");
    let moved = [keep((0, 5), KEY, 0), entry((6, 9), moving(OTHER, 0, By::Phone), taken())];
    assert_eq!(wrong(&moved, &held), Vec::<String>::new());
    // Nobody any more, once it is let go, or another is kept instead, or its minutes are over; and never its own visitor.
    for later in [
        entry((6, 7), Act::Release { key: KEY.to_owned() }, End::Done),
        keep((6, 7), KEY, 60),
        Entry { clock: (700, 700), ..entry((6, 7), Act::Look, End::Done) },
    ] {
        let clock = later.clock;
        let alone = Entry { clock, ..refused((8, 9), By::Visitor, 0) };
        says(&[keep((0, 5), KEY, 0), later, alone], &nobody, "sem causa");
    }
    let own = entry((6, 9), Act::Keep { key: KEY.to_owned(), slot: slot(0) }, taken());
    says(&[keep((0, 5), KEY, 0), own], &nobody, "sem causa");
}

/// The clinic gave away what was kept, and says so when its visitor goes on, whoever is there by then.
#[test]
fn what_was_given_away_may_be_free_again_when_its_visitor_hears_of_it() {
    let late = entry(
        (50, 60),
        Act::Code { key: OTHER.to_owned(), slot: slot(0) },
        End::Refused(409, "horario_ocupado".to_owned()),
    );
    let history = [keep((0, 5), OTHER, 0), book((10, 20), KEY, 0), cancel((30, 40), KEY), late.clone()];
    let taken = Kept { estado: "tomada".to_owned(), ..hold(7, OTHER, 0) };
    let stands = Stands { kept: vec![taken], ..of(&[gone(1, KEY, 0)]) };
    assert_eq!(wrong(&history, &stands), Vec::<String>::new());
    // They were not told before they kept it.
    let history = [book((0, 5), KEY, 0), cancel((10, 20), KEY), keep((30, 40), OTHER, 0), late];
    says(&history, &of(&[gone(1, KEY, 0)]), "sem causa");
}

#[test]
fn messages_lost_doubled_or_stuck_are_seen() {
    let said = [entry((0, 5), Act::Say { id: "3A1".to_owned() }, End::Done)];
    let heard = |ids: &[&str]| Stands { heard: ids.iter().map(|id| (*id).to_owned()).collect(), ..of(&[]) };
    assert_eq!(wrong(&said, &heard(&["3A1"])), Vec::<String>::new());
    says(&said, &heard(&[]), "guardada 0 vezes");
    says(&said, &heard(&["3A1", "3A1"]), "guardada 2 vezes");
    let message = || (0, KEY.to_owned(), "Consulta marcada".to_owned());
    let stands = |sent: usize, arrived: usize| Stands {
        sent: vec![message(); sent],
        arrived: vec![message(); arrived],
        ..of(&[])
    };
    assert_eq!(wrong(&[], &stands(1, 1)), Vec::<String>::new());
    says(&[], &stands(1, 2), "chegou 2 vezes, foi enviada 1");
    says(&[], &stands(1, 0), "não chegou");
    says(&[], &stands(0, 1), "chegou 1 vezes, foi enviada 0");
    says(&[], &Stands { stuck: vec!["pendente".to_owned()], ..of(&[]) }, "não saiu");
    let unanswered =
        [entry((0, 5), Act::Say { id: "3A1".to_owned() }, End::Unknown("sem resposta".to_owned()))];
    says(&unanswered, &heard(&["3A1"]), "não devia haver");
}

#[test]
fn counters_that_drift_and_other_clinics_patients_are_seen() {
    let sums = vec![("marcados_painel".to_owned(), 3, 4)];
    says(&[], &Stands { sums, ..of(&[]) }, "marcados_painel diz 3, aconteceu 4");
    says(&[], &Stands { foreign: vec!["x".to_owned()], ..of(&[]) }, "de outra clínica");
    let told = "Benedita Prado".to_owned();
    let read = [Entry { told, ..entry((0, 5), Act::Look, End::Done) }];
    says(&read, &of(&[]), "leu um paciente da outra clínica");
}
