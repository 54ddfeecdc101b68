/** The login page: which clinic this is, who comes in, and where to. */
import { Problem, call } from "/static/js/api.js";
import { byId, say } from "/static/js/dom.js";
import { login, logout, user } from "/static/js/session.js";

const AGENDA = "/static/agenda.html";
const INVOICES = "/static/faturas.html";
const REASONS = {
  expirou: "Sua sessão terminou. Entre de novo para continuar.",
  entrar: "Entre para ver a agenda.",
};

const form = byId("entrar");
const notice = byId("aviso");
const email = byId("email");
const senha = byId("senha");
const submit = byId("enviar");
const isOperator = location.hostname.startsWith("admin.");
let waiting = 0;
let suspended = false;

/** Shows one of the page's three faces: `entrar`, `fechado` or `operador`. */
function show(face) {
  for (const id of ["entrar", "fechado", "operador"]) byId(id).hidden = id !== face;
}

function welcome(person) {
  if (person.user_type !== "operador") {
    location.replace(suspended ? INVOICES : AGENDA);
    return;
  }
  byId("operador-nome").textContent = person.nome;
  byId("operador-email").textContent = person.email;
  show("operador");
}

/** Explains that nobody can come in here, and why. */
function closed(title, text) {
  byId("fechado-titulo").textContent = title;
  byId("fechado-texto").textContent = text;
  document.title = `${title} · Horário Inteligente`;
  show("fechado");
}

async function introduce() {
  if (isOperator) {
    name("Operação");
    return true;
  }
  try {
    const clinica = await call("GET", "/api/publico/clinica");
    name(clinica.nome);
    return true;
  } catch (problem) {
    if (problem.status === 404) {
      closed("Endereço não encontrado", `Não existe uma clínica em ${location.host}. Confira o endereço com a sua clínica: às vezes falta uma letra.`);
      return false;
    }
    if (problem.status === 402) {
      suspended = true;
      if (user()) return true;
      closed("Fora do ar por enquanto", "O agendamento desta clínica está fora do ar. Se você é paciente, fale com a clínica por telefone.");
      byId("fechado-entrar").hidden = false;
      return false;
    }
    name("Sua clínica");
    return true;
  }
}

function name(text) {
  byId("clinica").textContent = text;
  document.title = `Entrar · ${text}`;
}

/** What is wrong, beside the fields and in one sentence. */
function refuse(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 429) {
    wait(problem.retryAfter || 30);
    return;
  }
  const fields = problem.campos.map(({ mensagem }) => mensagem).join(" ");
  say(notice, problem.status === 401 ? `${problem.title}. ${problem.message}` : fields || problem.message);
  if (problem.status === 401) {
    for (const field of [email, senha]) field.setAttribute("aria-invalid", "true");
    senha.select();
    senha.focus();
  }
}

/** Counts down until another attempt is worth it. The button is read out once, not every second. */
function wait(seconds) {
  clearInterval(waiting);
  const until = Date.now() + seconds * 1000;
  say(notice, `Foram muitas tentativas seguidas. Espere ${span(seconds)} e tente de novo.`);
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    submit.disabled = left > 0;
    submit.textContent = left > 0 ? `Aguarde ${span(left)}` : "Entrar";
    if (left > 0) return;
    clearInterval(waiting);
    say(notice, "Pode tentar de novo.", "nota");
  };
  waiting = setInterval(tick, 1000);
  tick();
}

function span(seconds) {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** Says what is missing before anything is sent. */
function complete() {
  const missing = [email, senha].find((field) => !field.value.trim());
  if (!missing) return true;
  say(notice, missing === email ? "Escreva seu e-mail." : "Escreva sua senha.");
  missing.setAttribute("aria-invalid", "true");
  missing.focus();
  return false;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (submit.disabled || !complete()) return;
  say(notice, "");
  submit.disabled = true;
  submit.textContent = "Entrando…";
  try {
    welcome(await login(email.value.trim(), senha.value));
  } catch (problem) {
    submit.disabled = false;
    submit.textContent = "Entrar";
    refuse(problem);
  }
});

form.addEventListener("input", ({ target }) => target.removeAttribute("aria-invalid"));

byId("mostrar").addEventListener("click", ({ currentTarget }) => {
  const hidden = senha.type === "password";
  senha.type = hidden ? "text" : "password";
  currentTarget.setAttribute("aria-pressed", String(hidden));
  currentTarget.textContent = hidden ? "Ocultar" : "Mostrar";
  senha.focus();
});

byId("operador-sair").addEventListener("click", logout);
byId("fechado-entrar").addEventListener("click", () => {
  name("Acesso suspenso");
  say(notice, "Entre para ver a fatura e liberar o acesso.", "nota");
  show("entrar");
  email.focus();
});

const reason = REASONS[new URLSearchParams(location.search).get("motivo") ?? ""];
if (reason) say(notice, reason, "nota");
if ((await introduce()) && user()) welcome(user());
