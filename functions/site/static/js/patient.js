/**
 * The patient field: as the person types, known patients are offered; what is typed and not chosen is a new patient's name.
 * Keyboard as in the ARIA combobox pattern.
 */
import { Problem } from "/static/js/api.js";
import { byId, fill, make, settled } from "/static/js/dom.js";
import { ask } from "/static/js/session.js";
import { phone } from "/static/js/words.js";

const PAUSE = 250;
const SHORTEST = 2;
const MOST = 6;

const field = byId("r-paciente");
const list = byId("r-pacientes");
const note = byId("r-paciente-nota");
const telefone = byId("r-telefone");

let chosen = null;
let found = [];
let active = -1;
let running = null;

/** Who the appointment is for, as the API takes it. */
export function patient() {
  if (chosen) return { paciente_id: chosen.id };
  return { paciente_nome: field.value.trim(), paciente_telefone: telefone.value.trim() };
}

/** The sentence to show when the fields are not enough, and the field to go to; `null` when they are. */
export function lacking() {
  if (chosen) return null;
  if (field.value.trim().length < SHORTEST) return { text: "Diga quem é o paciente.", field };
  if (telefone.value.replace(/\D/g, "").length < 10) return { text: "Informe o telefone com DDD.", field: telefone };
  return null;
}

/** Empties the fields. */
export function clearPatient() {
  running?.abort();
  field.value = "";
  telefone.value = "";
  forget();
  close();
  note.textContent = "";
}

function forget() {
  if (!chosen) return;
  chosen = null;
  telefone.readOnly = false;
  telefone.value = "";
}

function choose(person) {
  chosen = person;
  field.value = person.nome;
  telefone.value = phone(person.telefone) || "Sem telefone";
  telefone.readOnly = true;
  note.textContent = "Paciente já cadastrado.";
  close();
}

function close() {
  found = [];
  active = -1;
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function show(people) {
  found = people.slice(0, MOST);
  active = -1;
  fill(list, ...found.map(option));
  list.hidden = found.length === 0;
  field.setAttribute("aria-expanded", String(found.length > 0));
  note.textContent = found.length ? "" : "Paciente novo: será cadastrado ao agendar.";
}

function option(person, at) {
  const pick = (event) => {
    event.preventDefault();
    choose(person);
  };
  const born = person.nascimento_dia ? `nasc. ${person.nascimento_dia.split("-").reverse().join("/")}` : "";
  const about = [phone(person.telefone), born].filter(Boolean).join(" · ");
  return make("li", { id: `achado-${at}`, role: "option", "aria-selected": "false", onpointerdown: pick }, make("b", {}, person.nome), make("span", {}, about));
}

function move(step) {
  if (!found.length) return;
  active = (active + step + found.length) % found.length;
  [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === active)));
  list.children[active].scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", `achado-${active}`);
}

const look = settled(async (text) => {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  try {
    const { pacientes } = await ask("GET", `/api/pacientes?busca=${encodeURIComponent(text)}`, { signal });
    if (!chosen && field.value.trim() === text) show(pacientes);
  } catch (problem) {
    if (!signal.aborted && problem instanceof Problem) note.textContent = `Não foi possível buscar: ${problem.message}`;
  }
}, PAUSE);

field.addEventListener("input", () => {
  forget();
  const text = field.value.trim();
  if (text.length >= SHORTEST) look(text);
  else {
    close();
    note.textContent = "";
  }
});

field.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && active >= 0) {
    event.preventDefault();
    choose(found[active]);
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    event.stopPropagation();
    close();
  }
});

field.addEventListener("blur", close);
