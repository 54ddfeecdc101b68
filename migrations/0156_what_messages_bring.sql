-- What: a message names the one it answers, and says what it has beside its words: a file's name, how long a recording is, a poll's options, Meta's
-- id of the media.
-- Why: people read a thread to know what came. Media stay where they are, at WhatsApp, and are fetched when somebody opens one.
-- Personal: a file's name may be anything. It goes with the text: when its author deletes the message, when its person is erased, when it is old.
-- Lock: `mensagens` for a moment. Undo: drop both columns, put back the policy and the grants of 0113 and `hi_esquece_fio` of 0116.

alter table mensagens add column citada text, add column detalhes jsonb;
comment on column mensagens.citada is 'WhatsApp''s id of the message it answers, reacts to or votes in.';
comment on column mensagens.detalhes is 'What it has beside its words; `shared/src/whatsapp/detalhes.rs`.';

drop policy mensagens_retencao on mensagens;
create policy mensagens_retencao on mensagens for update to hi_resolver using (true) with check (texto is null and detalhes is null);
grant select (detalhes), update (detalhes) on mensagens to hi_resolver;

create or replace function hi_esquece_fio(p_cliente_id bigint, p_conversa_id bigint, p_limite timestamptz, p_agora timestamptz, p_maximo integer) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  mensagens_feitas bigint;
  saidas_feitas bigint;
begin
  update mensagens m set texto = null, detalhes = null, esquecida_em = p_agora
  where m.id = any(array(
    select x.id from mensagens x
    where x.cliente_id = p_cliente_id and x.conversa_id = p_conversa_id and x.esquecida_em is null and x.criado_em < p_limite
    order by x.criado_em limit p_maximo));
  get diagnostics mensagens_feitas = row_count;
  update saida s set texto = '(removido)', modelo = null, esquecida_em = p_agora
  where s.id = any(array(
    select x.id from saida x
    where x.cliente_id = p_cliente_id and x.conversa_id = p_conversa_id and x.esquecida_em is null and x.criado_em < p_limite
      and x.estado in ('enviada', 'incerta', 'falhou', 'cancelada')
    order by x.criado_em limit greatest(p_maximo - mensagens_feitas, 0)));
  get diagnostics saidas_feitas = row_count;
  update conversas c set nome_perfil = null, estado = '{}'
  where c.cliente_id = p_cliente_id and c.id = p_conversa_id and c.ultima_mensagem_em < p_limite
    and (c.nome_perfil is not null or c.estado <> '{}');
  return mensagens_feitas + saidas_feitas;
end $$;
