-- What: a clinic's colour and its logo, which strangers see on its pages.
-- Why a table: a picture is a few hundred kilobytes, and `clientes` is read by every request.
-- Lock: `clientes` for a moment. Undo: drop the table and the column.

alter table clientes add column cor text constraint clientes_cor_check check (cor ~ '^#[0-9a-f]{6}$');
grant update (cor) on clientes to hi_app;

create table logos (
  cliente_id bigint not null constraint logos_pkey primary key constraint logos_cliente_id_fkey references clientes (id),
  tipo text not null constraint logos_tipo_check check (tipo in ('image/png', 'image/jpeg', 'image/webp')),
  conteudo bytea not null constraint logos_conteudo_check check (octet_length(conteudo) between 1 and 204800),
  digesto text not null constraint logos_digesto_check check (digesto ~ '^[0-9a-f]{32}$'),
  largura integer not null constraint logos_largura_check check (largura between 1 and 1024),
  altura integer not null constraint logos_altura_check check (altura between 1 and 1024),
  em timestamptz not null
);
call hi_isola('logos');
grant select, insert, update, delete on logos to hi_app;
