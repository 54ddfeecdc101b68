-- What: the functions by which clinics are told of an incident, and admins of its deadline.
-- Lock: none on data. Undo: drop the functions.

-- Tells who manages each affected clinic that was not told yet, by e-mail; answers the clinics that were. One where nobody has an address is not.
create function hi_comunica_incidente(p_incidente_id bigint, p_assunto text, p_texto text, p_agora timestamptz) returns setof bigint
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  clinica bigint;
  escritos bigint;
begin
  if coalesce(hi_operador_papel(), '') <> 'admin' then
    return;
  end if;
  for clinica in
    select a.cliente_id from incidentes_clientes a
    where a.incidente_id = p_incidente_id and a.comunicado_em is null order by a.cliente_id for update
  loop
    insert into emails (cliente_id, para, assunto, texto, chave, proxima_em, criado_em)
    select clinica, g.email, p_assunto, p_texto, 'incidente:' || p_incidente_id || ':' || g.email, p_agora, p_agora
    from (select lower(m.email::text) as email from medicos m where m.cliente_id = clinica and m.ativo and m.gestor
          union
          select lower(s.email::text) from secretarias s where s.cliente_id = clinica and s.ativo and s.gestor) g
    where length(g.email) between 3 and 254
    on conflict (cliente_id, chave) do nothing;
    get diagnostics escritos = row_count;
    if escritos > 0 then
      update incidentes_clientes a set comunicado_em = p_agora where a.incidente_id = p_incidente_id and a.cliente_id = clinica;
      return next clinica;
    end if;
  end loop;
end $$;

-- Open incidents whose deadline is less than a day away, or over, of which admins were not told, and what is still to be communicated.
create function hi_incidentes_a_avisar(p_agora timestamptz)
returns table (id bigint, titulo text, prazo_em timestamptz, vencido boolean, falta_anpd boolean, falta_titulares boolean)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select i.id, i.titulo, i.prazo_em, i.prazo_em < p_agora, f.anpd, f.titulares
  from incidentes i
  cross join lateral (
    select not exists (select from incidentes_comunicacoes c where c.incidente_id = i.id and c.a = 'anpd') as anpd,
           not exists (select from incidentes_comunicacoes c where c.incidente_id = i.id and c.a = 'titulares') as titulares) f
  where i.encerrado_em is null and i.prazo_em <= p_agora + interval '24 hours' and (f.anpd or f.titulares)
    and case when i.prazo_em < p_agora then i.avisado_vencido_em is null else i.avisado_24h_em is null end
  order by i.prazo_em, i.id
$$;

-- Writes to every admin, and remembers that it did; two sweeps at once write once.
create function hi_avisa_incidente(p_incidente_id bigint, p_prazo_em timestamptz, p_vencido boolean, p_assunto text, p_texto text,
                                   p_agora timestamptz) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  escritos bigint;
begin
  update incidentes i
  set avisado_24h_em = case when p_vencido then i.avisado_24h_em else p_agora end,
      avisado_vencido_em = case when p_vencido then p_agora else i.avisado_vencido_em end
  where i.id = p_incidente_id and i.prazo_em = p_prazo_em and i.encerrado_em is null
    and case when p_vencido then i.avisado_vencido_em is null else i.avisado_24h_em is null end;
  if not found then
    return 0;
  end if;
  insert into emails_operacao (operador_id, para, assunto, texto, chave, proxima_em, criado_em)
  select o.id, o.email, p_assunto, p_texto,
         concat_ws(':', 'incidente', p_incidente_id, case when p_vencido then 'vencido' else '24h' end, extract(epoch from p_prazo_em)::bigint, o.id),
         p_agora, p_agora
  from operadores o where o.ativo and o.papel = 'admin'
  on conflict (chave) do nothing;
  get diagnostics escritos = row_count;
  return escritos;
end $$;

do $$
declare
  porta regprocedure;
begin
  execute 'grant create on schema public to hi_resolver';
  foreach porta in array array['hi_comunica_incidente(bigint, text, text, timestamptz)', 'hi_incidentes_a_avisar(timestamptz)',
                               'hi_avisa_incidente(bigint, timestamptz, boolean, text, text, timestamptz)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('grant execute on function %s to %I', porta,
                   case when porta::text like 'hi_comunica%' then 'hi_admin' else 'hi_app' end);
    execute format('alter function %s owner to hi_resolver', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
