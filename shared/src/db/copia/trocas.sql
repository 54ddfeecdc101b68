-- New numbers for old ones, while one restoration lasts. Nothing of this outlives its transaction.
create temp table mapa (tabela text, velho bigint, novo bigint, primary key (tabela, velho)) on commit drop;
create temp table chaves_de_documento (chave text primary key, tabela text) on commit drop;
create temp table casas_de_documento (chave text primary key, tabela text) on commit drop;
create temp table nomes (coluna text, palavra text, partes text[], primary key (coluna, palavra)) on commit drop;
create temp table operadores_da_copia (velho bigint primary key, novo bigint) on commit drop;

-- A reference that must be there.
create function pg_temp.novo(p_tabela text, p_velho bigint) returns bigint language plpgsql stable strict as $$
declare
  v_novo bigint;
begin
  select m.novo into v_novo from pg_temp.mapa m where m.tabela = p_tabela and m.velho = p_velho;
  if v_novo is null then
    raise exception 'a cópia se refere a %/%, que não está nela', p_tabela, p_velho using errcode = 'foreign_key_violation';
  end if;
  return v_novo;
end $$;

-- One to what may be gone by now. Its old number could be anybody's here: negated, it is nobody's.
create function pg_temp.talvez(p_tabela text, p_velho bigint) returns bigint language sql stable strict as $$
  select coalesce((select m.novo from pg_temp.mapa m where m.tabela = p_tabela and m.velho = p_velho), -abs(p_velho))
$$;

-- Known by the login; who is not here, or whom the copy does not name, is replaced by who restores (0).
create function pg_temp.operador(p_velho bigint) returns bigint language sql stable strict as $$
  select coalesce((select o.novo from pg_temp.operadores_da_copia o where o.velho = p_velho),
                  (select o.novo from pg_temp.operadores_da_copia o where o.velho = 0))
$$;

-- `tabela/número…`
create function pg_temp.alvo(p_alvo text) returns text language plpgsql stable strict as $$
declare
  v_partes text[] := regexp_match(p_alvo, '^([a-z_]+)/(\d{1,18})(/.*)?$');
begin
  if v_partes is null or not exists (select from pg_temp.casas_de_documento c where c.chave = v_partes[1]) then
    return p_alvo;
  end if;
  return v_partes[1] || '/' || pg_temp.talvez(v_partes[1], v_partes[2]::bigint) || coalesce(v_partes[3], '');
end $$;

-- Whose row a document about `tabela/número` is.
create function pg_temp.casa(p_alvo text) returns text language sql stable strict as $$
  select c.tabela from pg_temp.casas_de_documento c where p_alvo ~ '^[a-z_]+/\d+$' and c.chave = split_part(p_alvo, '/', 1)
$$;

-- A name that begins with a known word: `oferta:12:34`.
create function pg_temp.nome(p_coluna text, p_nome text) returns text language plpgsql stable strict as $$
declare
  v_partes text[] := string_to_array(p_nome, ':');
  v_de text[];
begin
  select n.partes into v_de from pg_temp.nomes n where n.coluna = p_coluna and n.palavra = v_partes[1];
  if v_de is null then
    return p_nome;
  end if;
  for i in 1 .. least(cardinality(v_de), cardinality(v_partes) - 1) loop
    if v_de[i] <> '' and v_partes[i + 1] ~ '^\d{1,18}$' then
      v_partes[i + 1] := pg_temp.talvez(v_de[i], v_partes[i + 1]::bigint)::text;
    end if;
  end loop;
  return array_to_string(v_partes, ':');
end $$;

-- A document, read by the names of its keys; `p_casa` is the table whose row it is, so whose `id` its own is.
create function pg_temp.documento(p_doc jsonb, p_casa text) returns jsonb language plpgsql stable as $$
declare
  v_saida jsonb := '{}';
  v_chave text;
  v_valor jsonb;
  v_tabela text;
begin
  if jsonb_typeof(p_doc) = 'array' then
    return (
      select coalesce(jsonb_agg(
        case when jsonb_typeof(u.valor) = 'number' and p_casa is not null and u.valor::text ~ '^\d{1,18}$'
          then to_jsonb(pg_temp.talvez(p_casa, u.valor::text::bigint)) else pg_temp.documento(u.valor, p_casa) end order by u.lugar), '[]')
      from jsonb_array_elements(p_doc) with ordinality u(valor, lugar));
  elsif jsonb_typeof(p_doc) is distinct from 'object' then
    return p_doc;
  end if;
  for v_chave, v_valor in select e.key, e.value from jsonb_each(p_doc) e loop
    v_tabela := case when v_chave = 'id' then p_casa
                     else (select c.tabela from pg_temp.chaves_de_documento c where c.chave = v_chave) end;
    if jsonb_typeof(v_valor) = 'number' then
      if v_tabela is not null and v_valor::text ~ '^\d{1,18}$' then
        v_valor := to_jsonb(pg_temp.talvez(v_tabela, v_valor::text::bigint));
      end if;
    elsif jsonb_typeof(v_valor) in ('object', 'array') then
      v_valor := pg_temp.documento(v_valor, (select c.tabela from pg_temp.casas_de_documento c where c.chave = v_chave));
    end if;
    v_saida := v_saida || jsonb_build_object(v_chave, v_valor);
  end loop;
  return v_saida;
end $$;
