-- What: an invoice that is opened again remembers the charges it had. Between the reopening and the new charge the old one's events carry the same
-- reference, and would have paid or taken back an invoice they are not about any more; now they wait to be looked at, as the reopening says.
-- Lock: `faturas` for a moment. Undo: put back the functions of 0130, drop the column.

alter table faturas add column gateway_anteriores text[] not null default '{}';

create or replace function hi_solta_cobranca() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  update faturas f
  set gateway = null, gateway_id = null, gateway_url = null, gateway_pix = null, gateway_pix_falta = false, gateway_em = null, gateway_tentativas = 0,
      gateway_encerrada = false, gateway_consultar_em = null, gateway_consultada_em = null,
      gateway_anteriores = case when f.gateway_id is null then f.gateway_anteriores else f.gateway_anteriores || f.gateway_id end
  where f.cliente_id = new.cliente_id and f.id = new.fatura_id;
  return new;
end $$;
grant update (gateway_anteriores) on faturas to hi_resolver;

create or replace function hi_recebe_pagamento(p_origem text, p_evento text, p_nome text, p_tipo text, p_cobranca text, p_referencia text,
                                               p_centavos bigint, p_ocorrido timestamptz, p_agora timestamptz) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  alvo record;
  numero bigint := case when p_referencia ~ '^fatura-[0-9]{1,18}$' then substr(p_referencia, 8)::bigint end;
  ficou text;
begin
  select f.cliente_id, f.id into alvo from faturas f
  where f.gateway = p_origem and f.gateway_id = p_cobranca
     or f.id = numero and coalesce(f.gateway_id, p_cobranca) = p_cobranca and p_cobranca <> all (f.gateway_anteriores);
  ficou := hi_anota_pagamento(alvo.cliente_id, alvo.id, p_origem, p_evento, p_nome, p_tipo, p_cobranca, p_referencia, p_centavos, p_ocorrido, p_agora);
  if ficou = 'nova' and p_nome in ('PAYMENT_DELETED', 'PAYMENT_RESTORED') then
    update faturas f set gateway_consultar_em = p_agora
    where f.cliente_id = alvo.cliente_id and f.id = alvo.id and f.estado = 'aberta' and f.gateway_id = p_cobranca;
  end if;
  return ficou;
end $$;
