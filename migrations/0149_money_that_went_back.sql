-- What: money the gateway gave back after the payer disputed it leaves the invoice owed, with a new charge; and whatever the gateway gave back waits for
-- somebody to look. And until which instant an invoice counted what was used, where the next one goes on: a clinic that changes its zone round the end of a
-- month leaves no hours out.
-- Why: a lost dispute ends in the same event as a refund of ours, and nothing was owed any more. The order of events still does not matter: it is the one
-- before, by when it happened, that tells a dispute from a refund.
-- Lock: `faturas` and `fatura_eventos` for a moment. Undo: put back the functions of 0092 and 0130 and the check, drop the column.

alter table faturas add column contado_ate timestamptz;
grant insert (contado_ate) on faturas to hi_app;

alter table fatura_eventos drop constraint fatura_eventos_conferir_check,
  add constraint fatura_eventos_conferir_check check (conferir in ('parcial', 'em_dobro', 'sem_fatura_aberta', 'devolvida'));

create or replace function hi_dobra_fatura() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  ultimo record;
  antes text;
  primeiro record;
begin
  perform from faturas f where f.cliente_id = new.cliente_id and f.id = new.fatura_id for no key update;
  select case e.tipo when 'confirmada' then 'paga' when 'reaberta' then 'aberta' else e.tipo end as estado, e.ocorrido_em, hi_vez_do_evento(e.tipo) as vez,
         e.id, e.origem, e.cobranca into ultimo
  from fatura_eventos e where e.cliente_id = new.cliente_id and e.fatura_id = new.fatura_id and e.tipo <> 'nota'
  order by e.ocorrido_em desc, hi_vez_do_evento(e.tipo) desc, e.id desc limit 1;
  if not found then
    return new;
  end if;
  if ultimo.estado = 'estornada' and ultimo.origem <> 'operador' then
    select e.tipo into antes from fatura_eventos e
    where e.cliente_id = new.cliente_id and e.fatura_id = new.fatura_id and e.tipo <> 'nota' and e.origem = ultimo.origem and e.cobranca = ultimo.cobranca
      and e.ocorrido_em <= ultimo.ocorrido_em and e.tipo <> 'estornada'
    order by e.ocorrido_em desc, hi_vez_do_evento(e.tipo) desc, e.id desc limit 1;
    if antes = 'reaberta' then
      ultimo.estado := 'aberta';
      -- That charge is over; a new one is made.
      update faturas f
      set gateway = null, gateway_id = null, gateway_url = null, gateway_pix = null, gateway_pix_falta = false, gateway_em = null, gateway_tentativas = 0,
          gateway_encerrada = false, gateway_consultar_em = null, gateway_consultada_em = null, gateway_anteriores = f.gateway_anteriores || f.gateway_id
      where f.cliente_id = new.cliente_id and f.id = new.fatura_id and f.gateway_id = ultimo.cobranca;
    end if;
  end if;
  select e.ocorrido_em, e.nome, e.centavos into primeiro
  from fatura_eventos e
  where e.cliente_id = new.cliente_id and e.fatura_id = new.fatura_id and e.tipo in ('confirmada', 'paga')
    and not exists (
      select from fatura_eventos d
      where d.cliente_id = e.cliente_id and d.fatura_id = e.fatura_id and d.tipo in ('estornada', 'reaberta', 'cancelada')
        and (d.ocorrido_em, hi_vez_do_evento(d.tipo)) > (e.ocorrido_em, hi_vez_do_evento(e.tipo)))
  order by e.ocorrido_em, hi_vez_do_evento(e.tipo), e.id limit 1;
  update faturas f
  set estado = ultimo.estado,
      paga_em = case when ultimo.estado = 'paga' then primeiro.ocorrido_em end,
      paga_por = case when ultimo.estado = 'paga' then primeiro.nome end,
      paga_centavos = case when ultimo.estado = 'paga' then primeiro.centavos end
  where f.cliente_id = new.cliente_id and f.id = new.fatura_id and f.estado <> 'isenta';
  return new;
end $$;

create or replace function hi_anota_pagamento(p_cliente bigint, p_fatura bigint, p_origem text, p_evento text, p_nome text, p_tipo text, p_cobranca text,
                                              p_referencia text, p_centavos bigint, p_ocorrido timestamptz, p_agora timestamptz) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  alvo record;
  paga boolean := p_tipo in ('confirmada', 'paga');
  pouco boolean;
  olhe text;
begin
  insert into pagamentos_recebidos (origem, evento, nome, cobranca, referencia, centavos, ocorrido_em, recebido_em, fatura_id)
  values (p_origem, p_evento, p_nome, p_cobranca, p_referencia, p_centavos, p_ocorrido, p_agora, p_fatura)
  on conflict on constraint pagamentos_recebidos_origem_evento_key do nothing;
  if not found then
    return 'repetida';
  end if;
  if p_fatura is null then
    return 'solta';
  end if;
  select f.total_centavos, f.estado, f.paga_em into alvo from faturas f where f.cliente_id = p_cliente and f.id = p_fatura for no key update;
  -- Less than the invoice, or nobody knows how much, pays nothing by itself: who looks after money decides.
  pouco := paga and coalesce(p_centavos, 0) < alvo.total_centavos;
  olhe := case
    when pouco then 'parcial'
    -- Whoever asked for it: an operator there, the payer or their bank.
    when p_tipo = 'estornada' then 'devolvida'
    when paga and alvo.estado in ('isenta', 'cancelada') then 'sem_fatura_aberta'
    -- An operator said it was paid another way: the money came twice, or once and was written down twice. Told once.
    when paga and alvo.estado = 'paga'
      and exists (select from fatura_eventos e where e.cliente_id = p_cliente and e.fatura_id = p_fatura and e.origem = 'operador' and e.tipo = 'paga'
                    and not exists (select from fatura_eventos d where d.cliente_id = p_cliente and d.fatura_id = p_fatura
                                      and d.tipo in ('estornada', 'reaberta', 'cancelada') and d.ocorrido_em >= e.ocorrido_em))
      and not exists (select from fatura_eventos e where e.cliente_id = p_cliente and e.fatura_id = p_fatura and e.origem = p_origem
                        and e.cobranca = p_cobranca and e.tipo in ('confirmada', 'paga')) then 'em_dobro'
  end;
  insert into fatura_eventos (cliente_id, fatura_id, origem, evento, tipo, nome, centavos, ocorrido_em, recebido_em, cobranca, conferir)
  values (p_cliente, p_fatura, p_origem, p_evento, case when pouco then 'nota' else p_tipo end, p_nome, p_centavos, p_ocorrido, p_agora, p_cobranca, olhe)
  on conflict on constraint fatura_eventos_origem_evento_key do nothing;
  return 'nova';
end $$;
