-- What: Postgres is told that the search of patients (0025) answers a page.
-- Why: it takes any function that answers rows for a thousand of them. Against a thousand, reading every patient of the clinic looked cheaper than looking fifty up
-- by their ids: of five thousand patients five of the eight milliseconds of a search were that, and the more patients the more.
-- Lock: none on data. Undo: `rows 1000`. Whoever replaces the function says it again.

alter function hi_pacientes_busca(text[], text[], bigint, text, bigint, integer) rows 50;
