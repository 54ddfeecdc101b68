use super::*;

fn at(minute: i64, second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_000_000 + minute * 60 + second)
}

fn unknown() -> Conexao {
    Conexao {
        estado: Estado::Desconhecida,
        desde: None,
        evento_em: None,
        visto_em: None,
        motivo: None,
        caiu_em: None,
        numero: None,
        numero_pedido: None,
        numero_esperado: None,
        numero_desde: None,
        perfil: None,
        qr: None,
        qr_em: None,
        codigo_pareamento: None,
        tentativas: 0,
        verificada_em: None,
        falhas: 0,
        suspeita_desde: None,
        suspeita_motivo: None,
        reiniciada_em: None,
        recuperar_desde: None,
    }
}

fn told(estado: Estado, minute: i64) -> Seen {
    // The server's clock is three hours behind ours, as the real image's.
    let stamp = at(minute, 0) - SignedDuration::from_hours(3);
    Seen { estado, motivo: None, account: None, stamp: Some(stamp), at: at(minute, 1) }
}

fn opened(number: &str, minute: i64) -> Seen {
    let account = Account { number: number.to_owned(), profile: Some("Clínica".to_owned()) };
    Seen { account: Some(account), ..told(Estado::Aberta, minute) }
}

fn code(minute: i64) -> Code {
    let stamp = Some(at(minute, 0) - SignedDuration::from_hours(3));
    Code { qr: format!("2@{minute}"), pairing: None, stamp }
}

#[test]
fn a_late_connecting_does_not_overwrite_a_newer_open() {
    let mut conexao = unknown();
    assert!(conexao.enter(&opened("5511999990000", 5)));
    assert!(!conexao.enter(&told(Estado::Conectando, 4)));
    assert_eq!(conexao.estado, Estado::Aberta);
    assert!(conexao.enter(&told(Estado::Conectando, 6)));
    assert_eq!(conexao.estado, Estado::Conectando);
    // A clock that was set back by an hour is not a whole hour of late events.
    let before = Seen { stamp: Some(at(6, 0) - SignedDuration::from_hours(4)), ..told(Estado::Aberta, 7) };
    assert!(conexao.enter(&before));
}

#[test]
fn an_answer_that_was_overtaken_by_an_event_says_nothing() {
    let mut conexao = unknown();
    conexao.enter(&opened("5511999990000", 5));
    let asked = Seen { stamp: None, at: at(4, 59), ..told(Estado::Fechada, 0) };
    assert!(!conexao.enter(&asked));
    assert!(conexao.enter(&Seen { at: at(6, 0), ..asked }));
    assert_eq!((conexao.estado, conexao.caiu_em), (Estado::Fechada, Some(at(6, 0))));
}

#[test]
fn a_connection_that_is_back_asks_for_what_was_missed_from_when_it_fell() {
    let mut conexao = unknown();
    conexao.enter(&opened("5511999990000", 0));
    assert_eq!((conexao.recuperar_desde, conexao.numero_desde), (None, None));
    conexao.enter(&told(Estado::Conectando, 10));
    conexao.enter(&told(Estado::Conectando, 12));
    assert_eq!((conexao.caiu_em, conexao.tentativas), (Some(at(10, 1)), 2));
    conexao.enter(&told(Estado::Fechada, 15));
    assert_eq!(conexao.caiu_em, Some(at(10, 1)), "since it was open, not since it ended");
    conexao.enter(&opened("5511999990000", 20));
    assert_eq!((conexao.recuperar_desde, conexao.caiu_em, conexao.tentativas), (Some(at(10, 1)), None, 0));
}

#[test]
fn another_number_is_new_and_missed_nothing() {
    let mut conexao = unknown();
    conexao.enter(&opened("5511999990000", 0));
    conexao.enter(&told(Estado::Fechada, 1));
    conexao.enter(&opened("5511988880000", 9));
    assert_eq!((conexao.numero_desde, conexao.recuperar_desde), (Some(at(9, 1)), None));
    let mut first = unknown();
    assert!(first.show(&code(3), at(3, 0), at(3, 0)));
    first.enter(&opened("5511999990000", 4));
    assert_eq!((first.numero_desde, first.recuperar_desde), (Some(at(4, 1)), None));
}

#[test]
fn a_code_is_shown_while_it_can_be_scanned() {
    let mut conexao = unknown();
    assert!(!conexao.show(&code(3), at(3, 0), at(4, 0)), "it came too late");
    assert!(conexao.show(&code(3), at(3, 0), at(3, 2)));
    assert_eq!(conexao.code(at(3, 44)), Some(("2@3", at(3, 45))));
    assert_eq!(conexao.code(at(3, 45)), None);
    assert!(!conexao.show(&code(2), at(3, 3), at(3, 3)), "an older one that was overtaken");
    conexao.enter(&opened("5511999990000", 4));
    assert!(conexao.qr.is_none() && !conexao.show(&code(5), at(5, 0), at(5, 0)));
}

#[test]
fn the_reason_of_an_end_survives_what_tells_it_again() {
    let mut conexao = unknown();
    conexao.enter(&Seen { motivo: Some(403), ..told(Estado::Fechada, 1) });
    conexao.enter(&told(Estado::Fechada, 1));
    assert_eq!(conexao.motivo, Some(403));
    conexao.enter(&told(Estado::Conectando, 2));
    assert_eq!(conexao.motivo, None);
    assert!(!format!("{conexao:?}").contains('@'));
}
