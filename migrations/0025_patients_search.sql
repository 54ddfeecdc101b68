-- What: the search of 0016, faster, and digits in several spellings (a mobile with and without its ninth digit).
-- Why: `hi_cliente()` stood in the statement and was called for every row that was compared again (36 thousand rows: 440 ms, now 20); the
-- first pattern was compared twice, so the planner expected too few rows; and an ordered index with a limit looks cheap to the planner
-- for any word, but for a rare one it walks the whole clinic: from three letters on, where trigrams help, the order is written
-- so that only the trigram index serves. Among 200 thousand patients of a clinic a rare word takes 1 ms instead of 85, and the most common
-- three letters (56 thousand hits) 60 instead of 5: never more than the table's pages are read.
-- Lock: none on data. Undo: drop the functions, put back the function of 0016.

drop function hi_pacientes_busca(text[], text, bigint, text, bigint, integer);

-- Patients of this transaction's clinic, by name: those whose name holds every pattern, and whose phone holds any spelling of the digits or
-- whose CPF holds the first; of one professional's only, when asked; after a place in the list. Patterns come escaped, with their
-- percent signs, the longest first. The statement is put together from what is asked, so that its plan fits; nothing a caller wrote
-- becomes part of its text.
create function hi_pacientes_busca(
  p_padroes text[], p_digitos text[], p_medico_id bigint, p_depois_nome text, p_depois_id bigint, p_maximo integer)
returns table (id bigint, nome text)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_cliente bigint := hi_cliente();
  consulta text := 'select p.id, p.nome from pacientes p where p.cliente_id = $1 and p.ativo';
begin
  if cardinality(p_padroes) > 0 then
    consulta := consulta || ' and p.busca like $2[1]';
  end if;
  if cardinality(p_padroes) > 1 then
    consulta := consulta || ' and p.busca like all ($2[2:])';
  end if;
  if cardinality(p_digitos) > 0 then
    consulta := consulta || ' and (p.telefone like $3[1] or p.cpf like $3[1]';
    for i in 2 .. cardinality(p_digitos) loop
      consulta := consulta || format(' or p.telefone like $3[%s]', i);
    end loop;
    consulta := consulta || ')';
  end if;
  if p_medico_id is not null then
    consulta := consulta || ' and exists (select from agendamentos a
      where a.cliente_id = $1 and a.paciente_id = p.id and a.medico_id = $4)';
  end if;
  if p_depois_nome is not null then
    consulta := consulta || ' and (p.nome, p.id) > ($5, $6)';
  end if;
  -- Three letters between two percent signs.
  if length(p_padroes[1]) >= 5 then
    consulta := consulta || ' order by p.nome || '''', p.id limit $7';
  else
    consulta := consulta || ' order by p.nome, p.id limit $7';
  end if;
  return query execute consulta
    using v_cliente, p_padroes, p_digitos, p_medico_id, p_depois_nome, p_depois_id, p_maximo;
end $$;

-- Words as patterns, the longest first. What people type is text, so what `like` would read as a sign is escaped.
create function hi_padroes(p_palavras text[]) returns text[]
language sql stable strict
set search_path = pg_catalog, public
return (
  select array_agg('%' || replace(replace(replace(hi_busca(palavra), '\', '\\'), '%', '\%'), '_', '\_') || '%' order by length(palavra) desc)
  from unnest(p_palavras) palavra);
grant execute on function hi_padroes(text[]) to hi_app;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  alter function hi_pacientes_busca(text[], text[], bigint, text, bigint, integer) owner to hi_resolver;
  revoke create on schema public from hi_resolver;
end $$;
revoke execute on function hi_pacientes_busca(text[], text[], bigint, text, bigint, integer) from public;
grant execute on function hi_pacientes_busca(text[], text[], bigint, text, bigint, integer) to hi_app;
