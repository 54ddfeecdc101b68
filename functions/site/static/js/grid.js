/**
 * Draws one day: hours down the side, a column per professional, appointments as cards, free starts as quiet buttons.
 * It is told everything and decides nothing; clicks go to the `on` it was given.
 */
import { hourOf, minutes } from "/static/js/dates.js";
import { fill, make, place } from "/static/js/dom.js";
import { STATUS, closedBecause, count } from "/static/js/words.js";

/** The hours shown when nothing lies outside them, minutes. */
const USUAL = [7 * 60, 20 * 60];

/** Gaps shorter than this need no label, minutes. */
const SMALL = 30;

/**
 * @param {HTMLElement} grid
 * @param {{columns: {medico: any, appointments: any[], offer: any}[], now: number | null, past: boolean}} day `now` is the
 *   minute of the day when the day is today
 * @param {{open: (appointment: any) => void, book: (medico: any, hora: string) => void}} on
 */
export function draw(grid, day, on) {
  const [from, to] = span(day.columns);
  const y = (minute) => `calc(var(--hora) * ${(minute - from) / 60})`;
  const focused = grid.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  place(grid, { "--colunas": day.columns.length, "--altura": `calc(var(--hora) * ${(to - from) / 60})` });
  const heads = day.columns.map(({ medico, appointments, offer }) => head(medico, appointments, offer));
  const columns = day.columns.map((column) => columnOf(column, { ...day, y, from, to }, on));
  fill(grid, make("div", { class: "canto" }), ...heads, hours(from, to, y), ...columns);
  if (day.now !== null && day.now >= from && day.now <= to) {
    const style = { top: y(day.now) };
    grid.append(make("div", { class: "agora", style }));
    grid.querySelector(".horas").append(make("span", { class: "agora-hora", style }, hourOf(day.now)));
  }
  rove(grid, focused);
}

/** The first and last minute shown: the usual day, widened to whole hours by what lies outside. */
function span(columns) {
  const all = columns.flatMap(({ appointments, offer }) => [
    ...appointments.flatMap(({ hora, duracao }) => [minutes(hora), minutes(hora) + duracao]),
    ...(offer?.expediente ?? []).flat().map(minutes),
  ]);
  const from = Math.floor(Math.min(USUAL[0], ...all) / 60) * 60;
  const to = Math.ceil(Math.max(USUAL[1], ...all) / 60) * 60;
  return [from, Math.min(to, 24 * 60)];
}

function hours(from, to, y) {
  const labels = [];
  for (let at = from + 60; at < to; at += 60) labels.push(make("span", { style: { top: y(at) } }, hourOf(at)));
  return make("div", { class: "horas", "aria-hidden": "true" }, ...labels);
}

function head(medico, appointments, offer) {
  const held = appointments.filter(({ status }) => STATUS[status]?.holds).length;
  const free = offer?.horarios?.length ?? 0;
  const figures = [count(held, "consulta", "consultas"), free ? count(free, "horário livre", "horários livres") : ""];
  return make(
    "div",
    { class: "cabeca" },
    make("strong", { class: "corta" }, medico.nome),
    make("span", { class: "corta" }, medico.especialidade ?? ""),
    make("span", { class: "contas" }, figures.filter(Boolean).join(" · ")),
  );
}

function columnOf({ medico, appointments, offer }, day, on) {
  const { y } = day;
  const block = (kind, [start, end], ...inside) =>
    make("div", { class: kind, style: { top: y(start), height: height(end - start) } }, ...inside);
  const open = (offer?.expediente ?? []).map((period) => period.map(minutes));
  const closed = offer ? closedBecause(offer.motivo, offer.detalhe) : "Não foi possível ler os horários livres";
  const shut = closed ? open : shutGaps(open, appointments, offer, day);
  const items = [
    ...lanes(appointments).map((lane) => [minutes(lane.appointment.hora), card(lane, y, on)]),
    ...frees(offer, medico, y, on),
  ].sort(([a], [b]) => a - b);
  return make(
    "section",
    { class: "coluna", "aria-label": `Agenda de ${medico.nome}`, "data-passado": day.past },
    ...open.map((period) => block("aberto", period)),
    ...shut.map((gap) => block("fechado", gap, !closed && gap[1] - gap[0] >= SMALL ? "Indisponível" : "")),
    closed && make("p", { class: "motivo-dia" }, closed),
    ...items.map(([, element]) => element),
  );
}

const height = (length) => `calc(var(--hora) * ${length / 60})`;

/** Parts of the opening hours still to come that are neither taken nor offered: blocks, and rests too short for a visit. */
function shutGaps(open, appointments, offer, { now, past }) {
  if (past || !offer) return [];
  const start = now === null ? 0 : Math.ceil(now / 30) * 30;
  const taken = appointments
    .filter(({ status }) => STATUS[status]?.holds)
    .map(({ hora, duracao }) => [minutes(hora), minutes(hora) + duracao]);
  const free = offer.horarios.map((hora) => [minutes(hora), minutes(hora) + offer.duracao]);
  const known = [...taken, ...free].sort((a, b) => a[0] - b[0]);
  return open.flatMap(([from, to]) => {
    const gaps = [];
    let at = Math.max(from, start);
    for (const [left, right] of known) {
      if (left > at && left < to) gaps.push([at, left]);
      at = Math.max(at, right);
    }
    if (at < to) gaps.push([at, to]);
    return gaps.filter(([left, right]) => right - left >= 15);
  });
}

/** Appointments that share time stand side by side. */
function lanes(appointments) {
  const sorted = [...appointments].sort((a, b) => minutes(a.hora) - minutes(b.hora) || a.id - b.id);
  const placed = [];
  let cluster = [];
  let until = -1;
  const close = () => cluster.forEach((item) => (item.of = 1 + Math.max(...cluster.map(({ lane }) => lane))));
  for (const appointment of sorted) {
    const start = minutes(appointment.hora);
    if (start >= until) {
      close();
      cluster = [];
    }
    const busy = new Set(cluster.filter(({ end }) => end > start).map(({ lane }) => lane));
    let lane = 0;
    while (busy.has(lane)) lane += 1;
    const item = { appointment, lane, of: 1, end: start + appointment.duracao };
    cluster.push(item);
    placed.push(item);
    until = Math.max(until, item.end);
  }
  close();
  return placed;
}

function card({ appointment, lane, of }, y, on) {
  const { id, hora, duracao, status, paciente_nome, motivo, encaixe } = appointment;
  const label = STATUS[status]?.label ?? status;
  const end = hourOf(minutes(hora) + duracao);
  return make(
    "button",
    {
      class: "consulta",
      type: "button",
      "data-status": status,
      "data-tamanho": duracao < 25 ? "p" : duracao < 45 ? "m" : "g",
      "data-key": `a${id}`,
      "aria-label": `${hora} às ${end}, ${paciente_nome}, ${label}${encaixe ? ", encaixe" : ""}`,
      onclick: () => on.open(appointment),
      style: { top: y(minutes(hora)), height: height(duracao), left: `${(100 / of) * lane}%`, width: `${100 / of}%` },
    },
    make(
      "span",
      { class: "consulta-folha" },
      make("span", { class: "consulta-linha" }, make("b", {}, hora), make("span", { class: "nome" }, paciente_nome)),
      make("span", { class: "consulta-linha" }, make("span", { class: "selo" }, label), encaixe && make("span", { class: "selo neutro" }, "Encaixe"), motivo && make("span", { class: "porque" }, motivo)),
    ),
  );
}

function frees(offer, medico, y, on) {
  const starts = (offer?.horarios ?? []).map(minutes);
  return starts.map((start, at) => {
    const length = Math.min(offer.duracao, (starts[at + 1] ?? Infinity) - start);
    const hora = hourOf(start);
    const free = make(
      "button",
      {
        class: "livre",
        type: "button",
        "data-key": `l${medico.id}-${hora}`,
        "aria-label": `Livre às ${hora} com ${medico.nome}: agendar`,
        onclick: () => on.book(medico, hora),
        style: { top: y(start), height: height(length) },
      },
      `+ ${hora}`,
    );
    return [start, free];
  });
}

/** One stop for the Tab key; arrows walk from there. */
function rove(grid, focused) {
  const items = [...grid.querySelectorAll("[data-key]")];
  const kept = items.find((item) => item.dataset.key === focused);
  for (const item of items) item.tabIndex = -1;
  const first = kept ?? grid.querySelector(".consulta") ?? items[0];
  if (first) first.tabIndex = 0;
  kept?.focus({ preventScroll: true });
}

/** Arrow keys: up and down in a column, left and right to the nearest hour of the next one. */
export function walk(grid, event) {
  const here = event.target.closest?.("[data-key]");
  const step = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!here || !step) return;
  const columns = [...grid.querySelectorAll(".coluna")].map((column) => [...column.querySelectorAll("[data-key]")]);
  const at = columns.findIndex((items) => items.includes(here));
  let next;
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    next = columns[at][columns[at].indexOf(here) + step];
  } else {
    const beside = columns[at + step] ?? [];
    const distance = (item) => Math.abs(item.offsetTop - here.offsetTop);
    next = [...beside].sort((a, b) => distance(a) - distance(b))[0];
  }
  if (!next) return;
  event.preventDefault();
  here.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
