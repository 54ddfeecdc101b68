-- What: from where a time on the public page is kept, and a narrower door to operators' passwords.
-- Why: whoever asks for one token after another could keep every free time of a clinic. `origem` is a digest and stands only while the time
-- is being chosen. And `hi_operador_set_senha` let any statement of the functions' role give an operator a password of its own; it is
-- only for what the database hashed itself, once, at the first login.
-- Lock: short. Undo: drop the column (the index goes with it), put back the function of 0009.

alter table reservas add column origem text constraint reservas_origem_check check (origem ~ '^[0-9a-f]{32}$');
create index reservas_origem_idx on reservas (cliente_id, origem) where origem is not null;

-- A stronger hash in the place of a weak one; what is strong is replaced by an operator's own tools alone.
create or replace function hi_operador_set_senha(p_id bigint, p_hash text) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$ update operadores set senha = p_hash where id = p_id and p_hash like '$argon2id$%' and senha not like '$argon2id$%' $$;
