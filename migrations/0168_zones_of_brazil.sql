-- What: Brazil's zones are known without asking for all zones there are.
-- Why: the view of them reads a file for each of its six hundred names, some 65 ms, and the check on `clientes.fuso` asks at every insert and every update of a clinic,
-- whatever it changes.
-- Lock: none. Undo: put back `hi_fuso_existe` of 0001.

create or replace function hi_fuso_existe(nome text) returns boolean
language sql stable strict
set search_path = pg_catalog
return case
  when nome = any (array[
    'America/Araguaina', 'America/Bahia', 'America/Belem', 'America/Boa_Vista', 'America/Campo_Grande', 'America/Cuiaba', 'America/Eirunepe', 'America/Fortaleza',
    'America/Maceio', 'America/Manaus', 'America/Noronha', 'America/Porto_Velho', 'America/Recife', 'America/Rio_Branco', 'America/Santarem', 'America/Sao_Paulo'
  ]) then true
  else exists (select from pg_timezone_names where name = nome)
end;
