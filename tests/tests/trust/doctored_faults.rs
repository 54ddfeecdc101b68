//! The same, of what is refused, kept, asked for, taken away and given back.

use crate::check::{Stands, check};
use crate::doctored::{KEY, OTHER, book, entry, hold, keep, missing, of, row, says, slot, wrong};
use crate::faults::Fault;
use crate::history::{Act, By, End, Entry};
use crate::kept::Kept;
use crate::outages::{DIED, GRACE, LATE, RECOVERS, SILENCE, micros};

const NOTHING: [&str; 0] = [];

fn unknown(at: (u64, u64), codigo: &str) -> Entry {
    entry(at, Act::Look, End::Unknown(codigo.to_owned()))
}

fn no(status: u16, codigo: &str) -> End {
    End::Refused(status, codigo.to_owned())
}

fn act(kind: fn(String) -> Act, at: (u64, u64), end: End) -> Entry {
    entry(at, kind(KEY.to_owned()), end)
}

fn asks(key: String) -> Act {
    Act::Ask { key, slot: slot(0) }
}

fn codes(key: String) -> Act {
    Act::Code { key, slot: slot(0) }
}

fn denies(key: String) -> Act {
    Act::Deny { key }
}

fn releases(key: String) -> Act {
    Act::Release { key }
}

fn approves(key: String) -> Act {
    Act::Book { key, slot: slot(0), by: By::Staff }
}

fn with(kept: &[Kept]) -> Stands {
    Stands { kept: kept.to_vec(), ..of(&[]) }
}

/// What is wrong of a run in which somebody booked when it was over.
fn excused(one: Entry, stands: Stands) -> Vec<String> {
    let from = micros(RECOVERS) - 5;
    let stands = Stands { rows: vec![row(1, OTHER, 600)], ..stands };
    check(&[one, book((from, from + 5), OTHER, 600)], &stands).into_iter().map(|one| one.what).collect()
}

/// Each is missing from the fifth to the tenth microsecond.
#[test]
fn what_is_missing_excuses_what_asks_for_it_then_and_nothing_else() {
    let (grace, late) = (10 + micros(GRACE), 10 + micros(LATE));
    let refused = |at| unknown(at, "indisponivel");
    for fault in [Fault::Postgres, Fault::Dynamo, Fault::Disk] {
        for at in [(0, 6), (7, 8), (grace - 1, grace + 9)] {
            assert_eq!(excused(refused(at), missing(fault, of(&[]))), NOTHING, "{fault:?} {at:?}");
        }
        for at in [(0, 5), (grace, grace + 9)] {
            assert_eq!(excused(refused(at), missing(fault, of(&[]))).len(), 1, "{fault:?} {at:?}");
        }
    }
    for fault in [Fault::Redis, Fault::Queue, Fault::Down, Fault::Killed, Fault::Clock] {
        assert_eq!(excused(refused((6, 7)), missing(fault, of(&[]))).len(), 1, "{fault:?}");
    }
    assert_eq!(excused(unknown((late - 1, late), SILENCE), missing(Fault::Down, of(&[]))), NOTHING);
    assert_eq!(excused(unknown((late, late + 1), SILENCE), missing(Fault::Down, of(&[]))).len(), 1);
    assert_eq!(excused(unknown((9, 20), DIED), missing(Fault::Killed, of(&[]))), NOTHING);
    assert_eq!(excused(unknown((10, 20), DIED), missing(Fault::Killed, of(&[]))).len(), 1);
    assert_eq!(excused(unknown((9, 20), DIED), missing(Fault::Postgres, of(&[]))).len(), 1);
    assert_eq!(excused(unknown((6, 7), "erro_interno"), missing(Fault::Postgres, of(&[]))).len(), 1);
}

#[test]
fn who_does_not_come_back_is_seen() {
    let stands = || missing(Fault::Redis, of(&[row(1, KEY, 0)]));
    let soon = 10 + micros(RECOVERS);
    assert_eq!(wrong(&[book((11, soon), KEY, 0)], &stands()), NOTHING);
    // Too late; asked for while it was missing; nobody at all.
    says(&[book((11, soon + 1), KEY, 0)], &stands(), "passada a falha");
    says(&[book((9, 12), KEY, 0)], &stands(), "passada a falha");
    says(&[], &stands(), "passada a falha");
    let alive = Stands { unkilled: vec!["Queued".to_owned()], ..of(&[]) };
    assert_eq!(wrong(&[], &alive), ["ninguém morreu em Queued"]);
}

#[test]
fn whatever_is_not_in_the_table_of_refusals_is_seen() {
    let cancels = |key| Act::Cancel { key };
    for (kind, status, codigo) in [
        (approves as fn(String) -> Act, 400, "corpo_malformado"),
        (approves, 422, "campos_invalidos"),
        (approves, 422, "chave_de_idempotencia_reutilizada"),
        (approves, 409, "reserva_vencida"),
        (asks, 404, "nao_encontrado"),
        (asks, 422, "codigo_incorreto"),
        (cancels, 409, "mudanca_de_status_invalida"),
        (releases, 429, "muitas_tentativas"),
        (codes, 429, "muitos_pedidos"),
    ] {
        says(&[act(kind, (0, 5), no(status, codigo))], &of(&[]), &format!("recusa {status} {codigo}"));
    }
    // Whoever is refused a start may not ask for it; this one they may.
    let start = |from| Act::Keep { key: KEY.to_owned(), slot: slot(from) };
    let refused = |from| entry((0, 5), start(from), no(422, "horario_indisponivel"));
    assert_eq!(wrong(&[refused(15)], &of(&[])), NOTHING);
    says(&[refused(30)], &of(&[]), "recusa 422 horario_indisponivel");
    // A session is of another time only when the clocks jumped.
    let out = |at| act(denies, at, no(401, "nao_autenticado"));
    assert_eq!(excused(out((6, 7)), missing(Fault::Clock, of(&[]))), NOTHING);
    assert_eq!(excused(out((6, 7)), missing(Fault::Redis, of(&[]))).len(), 1);
    let late = 10 + micros(LATE);
    assert_eq!(excused(out((late, late + 1)), missing(Fault::Clock, of(&[]))).len(), 1);
}

#[test]
fn what_is_refused_as_over_is_over() {
    let over = |clock, end: &str| Entry { clock: (clock, clock), ..act(codes, (20, 30), no(409, end)) };
    let stands = with(&[hold(7, KEY, 0)]);
    for clock in [300, 900] {
        let history = [keep((0, 5), KEY, 0), over(clock, "reserva_vencida")];
        assert_eq!(wrong(&history, &stands), NOTHING, "{clock}");
    }
    says(&[keep((0, 5), KEY, 0), over(299, "reserva_vencida")], &stands, "reserva_vencida sem causa");
    // A code keeps it twice as long.
    let coded = act(codes, (6, 9), End::Done);
    let history = [keep((0, 5), KEY, 0), coded.clone(), over(599, "reserva_vencida")];
    says(&history, &stands, "reserva_vencida sem causa");
    assert_eq!(wrong(&[keep((0, 5), KEY, 0), coded, over(600, "reserva_vencida")], &stands), NOTHING);
    // So many codes, and no more.
    let sent = |many: usize| -> Vec<Entry> {
        let mut all = vec![keep((0, 5), KEY, 0)];
        all.extend((0..many).map(|_| act(codes, (6, 9), End::Done)));
        all.push(act(codes, (20, 30), no(429, "muitos_codigos")));
        all
    };
    assert_eq!(wrong(&sent(60), &stands), NOTHING);
    says(&sent(59), &stands, "muitos_codigos sem causa");
    // A request is decided by somebody, or by the clock.
    let closed = act(denies, (20, 30), no(409, "pedido_encerrado"));
    says(std::slice::from_ref(&closed), &of(&[]), "pedido_encerrado sem causa");
    let cancel = act(|key| Act::Cancel { key }, (0, 5), End::Done);
    says(&[cancel, closed], &of(&[]), "pedido_encerrado sem causa");
    let moved = |at| entry(at, Act::Move { key: KEY.to_owned(), slot: slot(0), by: By::Staff }, gone());
    says(&[act(denies, (0, 5), End::Done), moved((6, 9))], &of(&[]), "mudanca_de_status_invalida sem causa");
}

fn gone() -> End {
    no(409, "mudanca_de_status_invalida")
}

#[test]
fn a_request_that_is_lost_doubled_or_decided_by_nobody_is_seen() {
    let asked = [keep((0, 5), KEY, 0), act(asks, (6, 9), End::Done)];
    let is = |id, estado: &str| Kept { request: true, estado: estado.to_owned(), ..hold(id, KEY, 0) };
    let and = |last: Entry| [asked[0].clone(), asked[1].clone(), last];
    assert_eq!(wrong(&asked, &with(&[is(7, "aberta")])), NOTHING);
    says(&asked, &with(&[]), "pedido aceito, e não está no banco");
    says(&asked, &with(&[is(7, "aberta"), is(8, "aberta")]), "2 pedidos no banco");
    says(&asked, &with(&[Kept { slot: slot(60), ..is(7, "aberta") }]), "é de outro horário");
    says(&asked[..1], &with(&[is(7, "aberta")]), "pedido que ninguém fez");
    says(&[], &with(&[is(7, "aberta")]), "pedido que ninguém fez");
    says(&asked, &with(&[is(7, "solta")]), "foi encerrado por ninguém");
    says(&asked, &with(&[is(7, "tomada")]), "estado que não devia haver");
    // By the clock, a day after its time.
    let over = Stands { now: 300 + 24 * 60 * 60, ..with(&[is(7, "solta")]) };
    assert_eq!(wrong(&asked, &over), NOTHING);
    let denied = and(act(denies, (20, 30), End::Done));
    assert_eq!(wrong(&denied, &with(&[is(7, "solta")])), NOTHING);
    says(&denied, &with(&[is(7, "aberta")]), "ainda espera");
    says(&denied, &with(&[is(7, "usada")]), "foi recusado, e é consulta");
    let approved = and(act(approves, (20, 30), End::Done));
    let stands = |estado: &str| Stands { rows: vec![row(1, KEY, 0)], ..with(&[is(7, estado)]) };
    assert_eq!(wrong(&approved, &stands("usada")), NOTHING);
    says(&approved, &stands("aberta"), "ainda espera");
    says(&approved, &stands("solta"), "foi aprovado, e não é consulta");
    says(&approved, &with(&[is(7, "usada")]), "a consulta não está no banco");
    says(&asked, &stands("usada"), "foi aprovado por ninguém");
}

#[test]
fn what_a_visitor_keeps_is_there_until_it_is_let_go_booked_or_taken() {
    let kept = [keep((0, 5), KEY, 0)];
    let is = |estado: &str| Kept { estado: estado.to_owned(), ..hold(7, KEY, 0) };
    assert_eq!(wrong(&kept, &with(&[is("aberta")])), NOTHING);
    says(&kept, &with(&[]), "horário guardado, e não está no banco");
    let twice = [kept[0].clone(), keep((6, 9), KEY, 0)];
    says(&twice, &with(&[is("aberta")]), "horário guardado, e não está no banco");
    says(&twice, &with(&[is("aberta"), is("aberta")]), "guarda 2 horários de uma vez");
    assert_eq!(wrong(&twice, &with(&[is("solta"), is("aberta")])), NOTHING);
    says(&[], &with(&[is("aberta")]), "não foi pedida por ninguém");
    says(&kept, &with(&[is("aberta"), Kept { key: "-".to_owned(), ..is("solta") }]), "não foi pedida");
    says(&kept, &with(&[is("tomada")]), "foi tomada por ninguém");
    let released = [kept[0].clone(), act(releases, (6, 9), End::Done)];
    assert_eq!(wrong(&released, &with(&[is("solta")])), NOTHING);
    says(&released, &with(&[is("aberta")]), "horário solto, e ainda guardado");
    let book = |key| Act::Book { key, slot: slot(0), by: By::Visitor };
    let booked = [kept[0].clone(), act(book, (6, 9), End::Done)];
    let stands = |estado: &str| Stands { rows: vec![row(1, KEY, 0)], ..with(&[is(estado)]) };
    assert_eq!(wrong(&booked, &stands("usada")), NOTHING);
    says(&booked, &stands("aberta"), "não diz por quem");
}
