/** An invitation accepted: who holds the link chooses a password, accepts the terms where there are any, and is in. */
import { Problem, call } from "/static/js/api.js";
import { byId, say } from "/static/js/dom.js";
import { login } from "/static/js/session.js";

const AGENDA = "/static/agenda.html";
const SHORTEST = 8;

const form = byId("aceitar");
const notice = byId("aviso");
const senha = byId("senha");
const aceite = byId("aceite");
const submit = byId("enviar");
const isOperator = location.hostname.startsWith("admin.");
/** What stands behind `#`: no server sees it before it is sent on purpose. */
const token = location.hash.slice(1);

function name(text) {
  byId("clinica").textContent = text;
  document.title = `Seu convite · ${text}`;
}

/** Says how it ended, and leaves the form. */
function over(title, text, enter = true) {
  form.hidden = true;
  byId("fim-titulo").textContent = title;
  byId("fim-texto").textContent = text;
  byId("fim-entrar").hidden = !enter;
  byId("fim").hidden = false;
  document.title = `${title} · Horário Inteligente`;
  byId("fim-titulo").focus();
}

/** Whose invitation it is; `false` when there is nothing to accept here. */
async function introduce() {
  if (isOperator) {
    name("Operação");
    byId("convite-texto").textContent = "Escolha a sua senha para entrar na operação do Horário Inteligente.";
    byId("termos").hidden = true;
    return true;
  }
  try {
    name((await call("GET", "/api/publico/clinica")).nome);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 404) {
      over("Endereço não encontrado", `Não existe uma clínica em ${location.host}. Confira se o endereço foi copiado inteiro.`, false);
      return false;
    }
    if (problem.status === 402) {
      over("Acesso suspenso", problem.message, false);
      return false;
    }
    name("Sua clínica");
  }
  byId("convite-texto").textContent = "Este convite é para administrar a clínica no Horário Inteligente.";
  return true;
}

/** What is missing, in the order of the page. */
function missing() {
  if ([...senha.value].length < SHORTEST) return [senha, "Escolha uma senha de 8 caracteres ou mais."];
  if (!isOperator && !aceite.checked) return [aceite, "Para continuar, é preciso aceitar os termos de uso."];
  return null;
}

function refuse(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 409) {
    over("Este convite não vale mais", problem.message);
  } else if (problem.status === 429) {
    const minutes = Math.max(1, Math.ceil((problem.retryAfter || 60) / 60));
    say(notice, `Foram muitas tentativas seguidas. Espere ${minutes} min e tente de novo.`);
  } else {
    say(notice, problem.campos.map(({ mensagem }) => mensagem).join(" ") || problem.message);
    const fields = { senha, aceite };
    for (const { campo } of problem.campos) fields[campo]?.setAttribute("aria-invalid", "true");
  }
}

/** The password is set; coming in with it is the login's affair, and may fail without harm. */
async function enter(email) {
  history.replaceState(null, "", location.pathname);
  if (email) {
    try {
      await login(email, senha.value);
      location.replace(AGENDA);
      return;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
    }
  }
  over("Senha definida", "Pronto! Agora é só entrar com o seu e-mail e a senha que você escolheu.");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (submit.disabled) return;
  const first = missing();
  if (first) {
    say(notice, first[1]);
    first[0].setAttribute("aria-invalid", "true");
    first[0].focus();
    return;
  }
  say(notice, "");
  submit.disabled = true;
  submit.textContent = "Um instante…";
  const terms = isOperator ? {} : { aceite: true, versao_termos: aceite.dataset.versao };
  try {
    const { email } = await call("POST", "/api/auth/convite", { body: { token, senha: senha.value, ...terms } });
    await enter(email);
  } catch (problem) {
    refuse(problem);
  } finally {
    submit.disabled = false;
    submit.textContent = "Começar";
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

if (!token) {
  over("Falta uma parte do endereço", "Abra o endereço do convite como está no e-mail, até o fim. Se ele não abrir, peça outro a quem convidou você.", false);
} else if (await introduce()) {
  form.hidden = false;
}
