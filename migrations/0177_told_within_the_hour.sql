-- What: a reminder knows when it was last written, also after it was armed again.
-- Why: a visit that is moved back and forth told its patient of every place it came through. Who was told within the hour is told of the last one, when the hour is over;
-- arming a message again forgets which message it was before, so that cannot be asked of `saida`.
-- Lock: `lembretes` for a moment; the column is empty and nothing is rewritten. Undo: drop the column.

alter table lembretes add column dita_em timestamptz;
