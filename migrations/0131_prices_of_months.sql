-- What: what a plan costs and includes, by the month from which on it counts: `planos_valores`. And a trial that begins with the first gestor, however late.
-- Why: a month is invoiced when it is over; a price that was changed within it would be charged for days that were sold at another one.
-- How: a change of a plan counts from the next month on (in São Paulo), whoever makes it; several within a month are one. The first counts from ever.
-- Lock: none worth naming. Undo: drop the table, the triggers and the functions; put back the function of 0092.

create table planos_valores (
  plano text not null constraint planos_valores_plano_fkey references planos (nome),
  desde_mes date not null constraint planos_valores_desde_mes_check check (extract(day from desde_mes) = 1),
  preco_centavos bigint not null,
  limite_profissionais integer,
  limite_agendamentos_mes integer,
  limite_mensagens_mes integer,
  excedente_profissional_centavos bigint,
  excedente_agendamento_centavos bigint,
  excedente_mensagem_centavos bigint,
  constraint planos_valores_pkey primary key (plano, desde_mes)
);
alter table planos_valores enable row level security;
alter table planos_valores force row level security;
create policy planos_valores_app on planos_valores for select to hi_app using (true);
create policy planos_valores_operador on planos_valores for all to hi_operador using (true) with check (true);
create policy planos_valores_admin on planos_valores for select to hi_admin using (hi_operador_papel() in ('admin', 'financeiro'));
create policy planos_valores_resolver on planos_valores for all to hi_resolver using (true) with check (true);
grant select on planos_valores to hi_app, hi_admin;
grant select, insert, update, delete on planos_valores to hi_operador;
grant select, insert, update on planos_valores to hi_resolver;

insert into planos_valores
select nome, '2000-01-01', preco_centavos, limite_profissionais, limite_agendamentos_mes, limite_mensagens_mes, excedente_profissional_centavos,
       excedente_agendamento_centavos, excedente_mensagem_centavos
from planos;

-- Whoever brings in prices of before says when with `set local app.agora`.
create function hi_guarda_valores() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  agora timestamptz := coalesce(nullif(current_setting('app.agora', true), '')::timestamptz, now());
begin
  insert into planos_valores
  values (new.nome, case tg_op when 'INSERT' then '2000-01-01' else (date_trunc('month', agora at time zone 'America/Sao_Paulo') + interval '1 month')::date end,
          new.preco_centavos, new.limite_profissionais, new.limite_agendamentos_mes, new.limite_mensagens_mes, new.excedente_profissional_centavos,
          new.excedente_agendamento_centavos, new.excedente_mensagem_centavos)
  on conflict on constraint planos_valores_pkey do update
    set preco_centavos = excluded.preco_centavos, limite_profissionais = excluded.limite_profissionais,
        limite_agendamentos_mes = excluded.limite_agendamentos_mes, limite_mensagens_mes = excluded.limite_mensagens_mes,
        excedente_profissional_centavos = excluded.excedente_profissional_centavos,
        excedente_agendamento_centavos = excluded.excedente_agendamento_centavos, excedente_mensagem_centavos = excluded.excedente_mensagem_centavos;
  return null;
end $$;
create trigger planos_90_valores_novo after insert on planos for each row execute function hi_guarda_valores();
create trigger planos_90_valores after update on planos for each row
  when ((old.preco_centavos, old.limite_profissionais, old.limite_agendamentos_mes, old.limite_mensagens_mes, old.excedente_profissional_centavos,
         old.excedente_agendamento_centavos, old.excedente_mensagem_centavos)
        is distinct from
        (new.preco_centavos, new.limite_profissionais, new.limite_agendamentos_mes, new.limite_mensagens_mes, new.excedente_profissional_centavos,
         new.excedente_agendamento_centavos, new.excedente_mensagem_centavos))
  execute function hi_guarda_valores();

-- What a plan costs and includes in a month.
create function hi_valores_do_plano(p_plano text, p_mes date) returns planos_valores
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$ select v from planos_valores v where v.plano = p_plano and v.desde_mes <= p_mes order by v.desde_mes desc limit 1 $$;
revoke execute on function hi_valores_do_plano(text, date) from public;
grant execute on function hi_valores_do_plano(text, date) to hi_app, hi_admin;

-- The trial begins when somebody of the clinic has come in, however late; not the day an operator typed its name. Only while nothing was charged.
create or replace function hi_comeca_teste() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  update assinaturas a
  set inicio_dia = d.dia, teste_ate = case when p.teste_dias > 0 then d.dia + p.teste_dias - 1 end, teste_aviso = false
  from clientes c join planos p on p.nome = c.plano cross join lateral (select (new.em at time zone c.fuso)::date as dia) d
  where a.cliente_id = new.cliente_id and c.id = a.cliente_id and a.teste_ate is not null and d.dia > a.inicio_dia
    and not exists (select from faturas f where f.cliente_id = a.cliente_id and f.total_centavos > 0)
    and not exists (select from aceites_termos t where t.cliente_id = a.cliente_id and t.id <> new.id);
  return new;
end $$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  execute 'revoke execute on function hi_guarda_valores() from public';
  execute 'alter function hi_guarda_valores() owner to hi_resolver';
  execute 'revoke create on schema public from hi_resolver';
end $$;
