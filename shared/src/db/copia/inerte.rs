//! What a copy must not do by accident: write to patients, mail, charge, or be entered by a link that leads to the original.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::CopiaError;

/// In every restored clinic: what was about to leave may have left after the copy was made. `$1` is the clinic, `$2` now.
const NOTHING_LEAVES: &[&str] = &[
    "update saida set estado = 'cancelada', lease_ate = null
     where cliente_id = $1 and estado in ('pendente', 'enviando', 'aguardando', 'adiada')",
    "update mensagens m set estado = 'falhou' from saida s
     where s.cliente_id = $1 and s.estado = 'cancelada' and m.cliente_id = s.cliente_id and m.id = s.mensagem_id
       and m.estado in ('pendente', 'aguardando')",
    // A clinic without one would never be charged.
    "insert into assinaturas (cliente_id, inicio_dia, teste_ate) values ($1, $2::timestamptz::date, $2::timestamptz::date + 60)
     on conflict do nothing",
    "update emails set estado = 'falhou', lease_ate = null, erro = 'cópia restaurada',
            texto = case when chave ~ '^(convite|senha):' then '(' || split_part(chave, ':', 1) || ')' else texto end
     where cliente_id = $1 and estado in ('pendente', 'enviando')",
    // What came due before now may have been sent by the system that was lost.
    "update lembretes set estado = 'cancelado' where cliente_id = $1 and estado = 'pendente' and enviar_em <= $2",
    "update convites set cancelado_em = $2 where cliente_id = $1 and usado_em is null and cancelado_em is null",
];

/// In a copy beside others, which is nobody's clinic until somebody says so.
const BESIDE: &[&str] = &[
    "update lembretes set estado = 'cancelado' where cliente_id = $1 and estado = 'pendente'",
    "update ofertas_espera set estado = 'vencida', respondido_em = $2 where cliente_id = $1 and estado = 'oferecida'",
    "update ofertas set estado = 'encerrada' where cliente_id = $1 and estado = 'aberta'",
    "update reservas set estado = 'solta' where cliente_id = $1 and estado = 'aberta' and tipo <> 'pedido'",
    "update conversas set estado = '{}' where cliente_id = $1 and estado <> '{}'",
    "update alertas set resolvido_em = $2, avisado_em = coalesce(avisado_em, $2), fim_avisado_em = coalesce(fim_avisado_em, $2)
     where cliente_id = $1 and resolvido_em is null",
    "update calendarios set revogado_em = $2 where cliente_id = $1 and revogado_em is null",
    // A payment of the original is none of the copy's, and the copy costs nothing while somebody decides what it is for.
    "update faturas set estado = case when estado = 'aberta' then 'cancelada' else estado end, gateway = null, gateway_id = null,
            gateway_url = null, pix = null, gateway_pix = null, gateway_pix_falta = false, gateway_tentativas = 0, gateway_consultar_em = null
     where cliente_id = $1",
    "update assinaturas set gateway_cliente = null, gateway_pagador = null, inicio_dia = $2::timestamptz::date, teste_ate = $2::timestamptz::date + 60,
            teste_aviso = false
     where cliente_id = $1",
    "update mudancas_plano set cancelada_em = $2 where cliente_id = $1 and aplicada_em is null and cancelada_em is null",
    "delete from conexoes where cliente_id = $1",
    // Who suspended it is the operator who restored it: no payment of the original takes it up, and nothing counts the days since it was closed.
    "update clientes set suspenso_por = null, encerrado_em = null where id = $1",
];

/// Makes a restored clinic still.
pub(super) async fn quieten(
    conn: &mut PgConnection,
    cliente: i64,
    beside: bool,
    now: Timestamp,
) -> Result<(), CopiaError> {
    let more = if beside { BESIDE } else { &[] };
    for statement in NOTHING_LEAVES.iter().chain(more) {
        let mut query = sqlx::query(*statement).bind(cliente);
        if statement.contains("$2") {
            query = query.bind(now.to_sqlx());
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}
