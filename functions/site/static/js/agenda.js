/** The day view: what is loaded, when, and what the buttons do. Drawing is `grid.js`. */
import { Problem, call } from "/static/js/api.js";
import { openBooking } from "/static/js/booking.js";
import { addDays, clinicNow, hourOf, isDay, longDay, minutes } from "/static/js/dates.js";
import { openDetail } from "/static/js/detail.js";
import { byId, fill, make, say } from "/static/js/dom.js";
import { draw, walk } from "/static/js/grid.js";
import { welcomeFirst } from "/static/js/first.js";
import { ask, logout, user } from "/static/js/session.js";
import { STATUS, count } from "/static/js/words.js";

const EVERY = 10_000;
const OFFERS_EVERY = 60_000;
const ALL = "todos";

const grid = byId("grade");
const frame = byId("quadro");
const notice = byId("aviso");
const date = byId("data");
const select = byId("profissional");
const narrow = matchMedia("(max-width: 760px)");
const me = user();

const state = {
  zone: "America/Sao_Paulo",
  day: "",
  medicos: [],
  chosen: ALL,
  appointments: [],
  offers: new Map(),
  offersAt: 0,
  seen: "",
  cancelled: false,
  turn: 0,
  scrolled: false,
};

const today = () => clinicNow(state.zone).day;

/** The professionals on the screen: one on a phone, else the chosen or all. */
function visible() {
  const one = state.medicos.find(({ id }) => String(id) === state.chosen);
  if (one) return [one];
  return narrow.matches ? state.medicos.slice(0, 1) : state.medicos;
}

/** Every page of a list. */
async function all(path, key) {
  const items = [];
  let next = null;
  do {
    const cursor = next ? `${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(next)}` : "";
    const page = await ask("GET", path + cursor);
    items.push(...page[key]);
    next = page.proximo;
  } while (next);
  return items;
}

async function loadOffers(turn) {
  const answers = await Promise.allSettled(
    visible().map(async ({ id, duracao_minutos: duracao }) => {
      const query = new URLSearchParams({ medico_id: id, data: state.day, duracao });
      return [id, await ask("GET", `/api/horarios-disponiveis?${query}`)];
    }),
  );
  if (turn !== state.turn) return;
  state.offers = new Map(answers.filter(({ status }) => status === "fulfilled").map(({ value }) => value));
  state.offersAt = Date.now();
}

/** Reads the day again; free hours only when appointments changed or a minute has passed. */
async function load({ quiet = false } = {}) {
  const turn = quiet ? state.turn : (state.turn += 1);
  if (!quiet) frame.setAttribute("aria-busy", "true");
  try {
    const list = await all(`/api/agendamentos?de=${state.day}&ate=${state.day}`, "agendamentos");
    if (turn !== state.turn) return;
    const seen = `${state.day} ${list.map(({ id, versao, status }) => `${id}.${versao}.${status}`).join()}`;
    const changed = seen !== state.seen;
    Object.assign(state, { appointments: list, seen });
    if (!quiet || changed || Date.now() - state.offersAt > OFFERS_EVERY) {
      await loadOffers(turn);
      if (turn !== state.turn) return;
      render();
    }
    say(notice, "");
  } catch (problem) {
    if (turn === state.turn) trouble(problem);
  } finally {
    if (turn === state.turn) frame.setAttribute("aria-busy", "false");
  }
}

function trouble(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 402) location.replace("/static/faturas.html");
  else if (problem.status !== 401) say(notice, problem.passing ? `${problem.message} A agenda abaixo pode estar desatualizada.` : problem.message, "atencao");
}

function render() {
  const { day: now, minute } = clinicNow(state.zone);
  const shown = state.appointments.filter(({ status }) => state.cancelled || !["cancelado", "remarcado"].includes(status));
  const columns = visible().map((medico) => ({
    medico,
    appointments: shown.filter(({ medico_id }) => medico_id === medico.id),
    offer: state.offers.get(medico.id) ?? null,
  }));
  draw(grid, { columns, now: state.day === now ? minute : null, past: state.day < now }, { open, book });
  summarize(columns);
  byId("titulo").textContent = longDay(state.day, now);
  byId("hoje").disabled = state.day === now;
  if (!state.scrolled) scrollToStart(columns, state.day === now ? minute : null);
}

/** "12 consultas · 5 confirmadas", and the way to the cancelled ones. */
function summarize(columns) {
  const ids = new Set(columns.map(({ medico }) => medico.id));
  const mine = state.appointments.filter(({ medico_id }) => ids.has(medico_id));
  const held = mine.filter(({ status }) => STATUS[status]?.holds);
  const confirmed = mine.filter(({ status }) => status === "confirmado").length;
  const gone = mine.filter(({ status }) => ["cancelado", "remarcado"].includes(status)).length;
  const parts = [count(held.length, "consulta", "consultas")];
  if (confirmed) parts.push(count(confirmed, "confirmada", "confirmadas"));
  const toggle = () => {
    state.cancelled = !state.cancelled;
    render();
    byId("resumo").querySelector("button")?.focus();
  };
  const text = `${state.cancelled ? "ocultar" : "mostrar"} ${count(gone, "cancelada", "canceladas")}`;
  const more = gone > 0 && make("button", { class: "fio", type: "button", "aria-pressed": String(state.cancelled), onclick: toggle }, text);
  fill(byId("resumo"), parts.join(" · ") + (more ? " · " : ""), more);
}

/** Brings the current hour, or the first thing of the day, into sight once per day opened. */
function scrollToStart(columns, minute) {
  state.scrolled = true;
  const firsts = columns.flatMap(({ appointments, offer }) => [
    ...appointments.map(({ hora }) => minutes(hora)),
    ...(offer?.expediente ?? []).map(([from]) => minutes(from)),
  ]);
  const at = minute ?? Math.min(...firsts);
  const hour = Number.isFinite(at) ? grid.querySelector(".horas") : null;
  if (!hour) return;
  const label = [...hour.children].find((item) => item.textContent >= hourOf(Math.max(Math.floor(at / 60) - 1, 0) * 60));
  frame.scrollTop = label && at >= 9 * 60 ? label.offsetTop - 12 : 0;
}

function go(day) {
  if (!isDay(day)) return;
  Object.assign(state, { day, scrolled: false });
  date.value = day;
  remember();
  load();
}

/** Keeps day and professional in the address, so a reload shows the same. */
function remember() {
  const query = new URLSearchParams({ data: state.day });
  if (state.chosen !== ALL) query.set("medico", state.chosen);
  history.replaceState(null, "", `${location.pathname}?${query}`);
}

function open(appointment) {
  openDetail(appointment, state.zone, (text) => {
    tell(text);
    load();
  });
}

function book(medico, hora) {
  const start = { medicos: state.medicos, medico, day: state.day, today: today(), hora };
  openBooking(start, (appointment) => {
    tell(`${appointment.paciente_nome}: agendado para ${appointment.hora}.`);
    if (appointment.data === state.day) load();
    else go(appointment.data);
  });
}

let telling = 0;

/** A short message at the foot of the page. */
function tell(text) {
  clearTimeout(telling);
  say(byId("recado"), text, "nota");
  telling = setTimeout(() => say(byId("recado"), ""), 6000);
}

function fillSelect() {
  const options = state.medicos.map(({ id, nome }) => make("option", { value: id }, nome));
  fill(select, !narrow.matches && make("option", { value: ALL }, "Todos os profissionais"), ...options);
  select.hidden = state.medicos.length < 2;
  select.value = state.chosen === ALL && narrow.matches ? String(state.medicos[0]?.id) : state.chosen;
}

const move = (days) => go(addDays(state.day, days));
const bookFirst = () => visible()[0] && book(visible()[0]);

/** One key each, when nobody is typing. */
const KEYS = { p: () => move(-1), n: () => move(1), h: () => go(today()), a: bookFirst };

function listen() {
  byId("anterior").addEventListener("click", () => move(-1));
  byId("seguinte").addEventListener("click", () => move(1));
  byId("hoje").addEventListener("click", () => go(today()));
  byId("novo").addEventListener("click", bookFirst);
  byId("sair").addEventListener("click", logout);
  date.addEventListener("change", () => date.validity.valid && go(date.value));
  select.addEventListener("change", () => {
    state.chosen = select.value;
    remember();
    load();
  });
  narrow.addEventListener("change", () => {
    fillSelect();
    load();
  });
  grid.addEventListener("keydown", (event) => walk(grid, event));
  document.addEventListener("keydown", (event) => {
    const busy = event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]");
    if (busy || /^(input|select|textarea)$/i.test(event.target.tagName)) return;
    const act = KEYS[event.key.toLowerCase()];
    if (act) event.preventDefault();
    act?.();
  });
  document.addEventListener("visibilitychange", () => document.hidden || load({ quiet: true }));
  setInterval(() => document.hidden || load({ quiet: true }), EVERY);
}

/** A médico sees the own agenda; gestor and secretária see everybody's. */
function mine(medicos) {
  const active = medicos.filter(({ ativo }) => ativo !== false);
  return me.user_type === "medico" && !me.gestor ? active.filter(({ id }) => id === me.id) : active;
}

async function start() {
  byId("usuario").textContent = me.nome;
  byId("whatsapp").hidden = me.user_type === "medico" && !me.gestor;
  byId("faturas").hidden = !me.gestor;
  const clinica = await call("GET", "/api/publico/clinica").catch(() => null);
  if (clinica) {
    byId("clinica").textContent = clinica.nome;
    document.title = `Agenda · ${clinica.nome}`;
    state.zone = clinica.fuso ?? state.zone;
  }
  const query = new URLSearchParams(location.search);
  try {
    state.medicos = mine(await all("/api/medicos", "medicos"));
  } catch (problem) {
    trouble(problem);
    if (problem.passing) setTimeout(() => location.reload(), EVERY);
    return;
  }
  if (!state.medicos.length) {
    frame.removeAttribute("aria-busy");
    byId("novo").hidden = true;
    if (me.gestor) welcomeFirst(() => location.reload());
    else say(notice, "Nenhum profissional ativo nesta agenda. Fale com o gestor da clínica.", "atencao");
    return;
  }
  const asked = query.get("medico");
  if (state.medicos.some(({ id }) => String(id) === asked)) state.chosen = asked;
  fillSelect();
  listen();
  go(isDay(query.get("data")) ? query.get("data") : today());
}

if (!me || me.user_type === "operador") location.replace("/static/login.html");
else start();
