/** The form of a new appointment: hours come from the agenda itself, so what is offered can be booked. */
import { Problem, newKey } from "/static/js/api.js";
import { shortDay } from "/static/js/dates.js";
import { byId, fill, make, say } from "/static/js/dom.js";
import { clearPatient, lacking, patient } from "/static/js/patient.js";
import { ask } from "/static/js/session.js";
import { nothingFree } from "/static/js/words.js";

const LENGTHS = [10, 15, 20, 30, 40, 45, 50, 60, 90, 120];

/** The API's name of a field → the field on the page. */
const FIELDS = {
  medico_id: "r-profissional",
  data: "r-data",
  hora: "r-hora",
  duracao: "r-duracao",
  paciente_id: "r-paciente",
  paciente_nome: "r-paciente",
  paciente_telefone: "r-telefone",
  motivo: "r-motivo",
};

const dialog = byId("reserva");
const form = byId("reserva-form");
const notice = byId("reserva-aviso");
const alternatives = byId("alternativas");
const professional = byId("r-profissional");
const day = byId("r-data");
const duration = byId("r-duracao");
const hour = byId("r-hora");
const freeHour = byId("r-hora-livre");
const hourNote = byId("r-hora-nota");
const squeeze = byId("r-encaixe");
const motive = byId("r-motivo");
const submit = byId("r-enviar");

let medicos = [];
let done = () => {};
let asked = 0;
let sent = { text: "", key: "" };

/**
 * @param {{medicos: any[], medico: any, day: string, today: string, hora?: string}} start
 * @param {(appointment: any) => void} booked called with what the server stored
 */
export function openBooking(start, booked) {
  medicos = start.medicos;
  done = booked;
  sent = { text: "", key: "" };
  form.reset();
  clearPatient();
  refuse(null);
  fill(professional, ...medicos.map(({ id, nome }) => make("option", { value: id }, nome)));
  professional.value = String(start.medico.id);
  day.min = start.today;
  day.value = start.day < start.today ? start.today : start.day;
  fillDurations();
  setSqueeze(false);
  loadHours(start.hora);
  dialog.showModal();
  byId(start.hora ? "r-paciente" : "r-hora").focus();
}

const medico = () => medicos.find(({ id }) => String(id) === professional.value) ?? medicos[0];

function fillDurations() {
  const usual = medico().duracao_minutos;
  const all = [...new Set([...LENGTHS, usual])].sort((a, b) => a - b);
  fill(duration, ...all.map((value) => make("option", { value }, `${value} min`)));
  duration.value = String(usual);
}

/** Asks what is free, and keeps `wanted` when it is among it. */
async function loadHours(wanted = hour.value) {
  const turn = (asked += 1);
  const query = new URLSearchParams({ medico_id: professional.value, data: day.value, duracao: duration.value });
  fill(hour, make("option", { value: "" }, "Procurando…"));
  hourNote.textContent = "";
  if (!day.value || !day.validity.valid) {
    fill(hour, make("option", { value: "" }, "Escolha a data"));
    hourNote.textContent = day.value ? "Escolha hoje ou um dia adiante." : "";
    return;
  }
  try {
    const offer = await ask("GET", `/api/horarios-disponiveis?${query}`);
    if (turn !== asked) return;
    const options = offer.horarios.map((value) => make("option", { value }, value));
    fill(hour, options.length ? make("option", { value: "" }, "Escolha") : make("option", { value: "" }, "Nenhum livre"), ...options);
    if (offer.horarios.includes(wanted)) hour.value = wanted;
    else if (wanted && offer.horarios.length) hourNote.textContent = `${wanted} não está livre para esta duração.`;
    if (!offer.horarios.length) hourNote.textContent = nothingFree(offer.motivo, offer.detalhe);
  } catch (problem) {
    if (turn !== asked) return;
    fill(hour, make("option", { value: "" }, "Não foi possível ler os horários"));
    hourNote.textContent = problem.message;
  }
}

/** An extra visit takes any hour; the list of free ones steps aside. */
function setSqueeze(on) {
  squeeze.checked = on;
  hour.hidden = on;
  freeHour.hidden = !on;
  hourNote.hidden = on;
  if (on && !freeHour.value) freeHour.value = hour.value;
}

function request() {
  const body = {
    medico_id: Number(professional.value),
    data: day.value,
    hora: squeeze.checked ? freeHour.value : hour.value,
    duracao: Number(duration.value),
    ...patient(),
  };
  if (motive.value.trim()) body.motivo = motive.value.trim();
  if (squeeze.checked) body.encaixe = true;
  return body;
}

function missing(body) {
  if (!body.data || !day.validity.valid) return { text: "Escolha a data.", field: day };
  if (!body.hora) return { text: "Escolha o horário.", field: squeeze.checked ? freeHour : hour };
  return lacking();
}

/** Shows why not; `null` clears. */
function refuse(problem) {
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  const fields = problem?.campos ?? [];
  for (const { campo } of fields) document.getElementById(FIELDS[campo] ?? "")?.setAttribute("aria-invalid", "true");
  const text = fields.map(({ mensagem }) => mensagem).join(" ") || problem?.message;
  say(notice, text ?? "", problem?.alternativas?.length ? "atencao" : "erro");
  const offers = problem?.alternativas ?? [];
  alternatives.hidden = !offers.length;
  fill(alternatives, ...offers.map(alternative));
  if (problem) notice.scrollIntoView({ block: "nearest" });
}

function alternative({ data, hora }) {
  const text = data === day.value ? hora : `${shortDay(data)} ${hora}`;
  const take = () => {
    day.value = data;
    setSqueeze(false);
    loadHours(hora);
    refuse(null);
    say(notice, `Horário trocado para ${text}. Confira e agende.`, "nota");
    submit.focus();
  };
  return make("button", { class: "secundario", type: "button", onclick: take }, text);
}

/** The same request repeated after a broken connection carries the same key, so it cannot book twice. */
function keyFor(body) {
  const text = JSON.stringify(body);
  if (sent.text !== text) sent = { text, key: newKey() };
  return sent.key;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (submit.disabled) return;
  const body = request();
  const lack = missing(body);
  refuse(null);
  if (lack) {
    say(notice, lack.text);
    lack.field.setAttribute("aria-invalid", "true");
    lack.field.focus();
    return;
  }
  submit.disabled = true;
  submit.textContent = "Agendando…";
  try {
    const appointment = await ask("POST", "/api/agendamentos", { body, key: keyFor(body) });
    dialog.close();
    done(appointment);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (!problem.passing) sent = { text: "", key: "" };
    if (problem.status === 409) loadHours("");
    refuse(problem);
  } finally {
    submit.disabled = false;
    submit.textContent = "Agendar";
  }
});

professional.addEventListener("change", () => {
  fillDurations();
  loadHours();
});
day.addEventListener("change", () => loadHours());
duration.addEventListener("change", () => loadHours());
squeeze.addEventListener("change", () => setSqueeze(squeeze.checked));
byId("reserva-fechar").addEventListener("click", () => dialog.close());
