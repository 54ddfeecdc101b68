-- What: how far back what Evolution has kept was read after an outage, as the page to go on with.
-- Why a page: the newest are first and what is written meanwhile moves the others back, so whoever goes on at the same page reads some messages
-- twice and misses none. A new outage begins at the front again.
-- Lock: short. Undo: drop the column.

alter table conexoes add column recuperar_pagina integer
  constraint conexoes_recuperar_pagina_check check (recuperar_pagina > 0);
