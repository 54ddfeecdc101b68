/** A new clinic in one step: what is asked for, then its code of WhatsApp and what remains. Sent again, it goes on where it is. */
import { Problem } from "/static/js/api.js";
import { byId, fill, make, say } from "/static/js/dom.js";
import { ask, logout } from "/static/js/session.js";

const STATES = "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO".split(" ");
const LINES = {
  conectado: "WhatsApp conectado.",
  aguardando_leitura: "Leia o código com o celular da clínica. Ele se renova sozinho.",
  conectando: "O código já vem…",
  indisponivel: "O servidor do WhatsApp não respondeu. A clínica já está feita; tente o código de novo em um instante.",
  da_clinica: "Quem administra a clínica conecta o WhatsApp pelo painel.",
  meta: "As mensagens desta clínica vão pela Meta.",
};
/** How often the code is asked for anew, and for how long somebody looks for a phone. */
const EVERY = 12_000;
const MOST = 15;

const form = byId("pedido");
const notice = byId("aviso");
const submit = byId("enviar");
const state = { body: null, link: "", timer: 0, asked: 0, typed: false };

/** "Clínica São José" as "sao-jose". */
const address = (nome) =>
  nome
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/^(clinica|consultorio)\s+/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);

function preview() {
  const typed = byId("subdomain").value.trim() || "clinica";
  byId("endereco").textContent = `${typed}.${location.host.replace(/^admin\./, "")}`;
}

function errors(campos) {
  const known = new Set();
  for (const box of form.querySelectorAll(".erro")) {
    const found = campos.filter(({ campo }) => campo === box.dataset.de).map(({ mensagem }) => mensagem);
    box.hidden = found.length === 0;
    box.textContent = found.join(" ");
    const field = byId(box.dataset.de);
    if (found.length) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (found.length) known.add(box.dataset.de);
  }
  form.querySelector("[aria-invalid]")?.focus();
  return campos.filter(({ campo }) => !known.has(campo)).map(({ mensagem }) => mensagem).join(" ");
}

function refuse(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 403 || problem.status === 404) {
    form.hidden = true;
    say(notice, problem.status === 403 ? "Seu usuário não implanta clínicas." : "Esta página é da operação. Entre pelo endereço dela.");
    return;
  }
  const rest = errors(problem.campos);
  say(notice, problem.campos.length ? rest : problem.message);
}

function step({ titulo, feito, como }) {
  return make(
    "li",
    { "data-feito": feito },
    make("span", { class: "sinal", "aria-hidden": "true" }, feito ? "✓" : "○"),
    make("span", {}, titulo, make("span", { class: "so-leitor" }, feito ? " (feito)" : " (falta)")),
    como ? make("p", { class: "leve" }, como) : null,
  );
}

function show(made) {
  form.hidden = true;
  byId("feita").hidden = false;
  byId("feita-titulo").textContent = made.nova ? `${made.nome} está pronta` : `${made.nome} já existia: continuamos de onde parou`;
  state.link = made.convite?.link ?? state.link;
  byId("convite").hidden = !state.link;
  byId("convite-linha").hidden = !state.link;
  byId("link").value = state.link;
  const { situacao, imagem } = made.whatsapp;
  byId("codigo").hidden = !imagem;
  if (imagem) byId("qr").src = imagem;
  byId("ligacao").textContent = LINES[situacao] ?? "";
  fill(byId("passos"), ...made.passos.map(step));
  clearTimeout(state.timer);
  const waits = ["aguardando_leitura", "conectando"].includes(situacao);
  if (waits && (state.asked += 1) < MOST) state.timer = setTimeout(again, EVERY);
  else if (waits) byId("ligacao").textContent = "Para ver um código novo, toque em Atualizar.";
}

async function send() {
  const made = await ask("POST", "/api/admin/implantacoes", { body: state.body });
  say(notice, "");
  errors([]);
  show(made);
}

async function again() {
  try {
    await send();
  } catch (problem) {
    refuse(problem);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (submit.disabled) return;
  const filled = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
  state.body = Object.fromEntries(filled.filter(([, value]) => value));
  Object.assign(state, { link: "", asked: 0 });
  submit.disabled = true;
  submit.textContent = "Implantando…";
  say(notice, "");
  try {
    await send();
    byId("titulo").focus();
  } catch (problem) {
    refuse(problem);
  } finally {
    submit.disabled = false;
    submit.textContent = "Implantar";
  }
});

byId("nome").addEventListener("input", ({ target }) => {
  if (!state.typed) byId("subdomain").value = address(target.value);
  preview();
});
byId("subdomain").addEventListener("input", ({ target }) => {
  state.typed = Boolean(target.value);
  preview();
});
byId("copiar").addEventListener("click", async () => {
  const link = byId("link");
  try {
    await navigator.clipboard.writeText(link.value);
  } catch {
    link.select();
    document.execCommand("copy");
  }
  byId("copiado").textContent = "Endereço copiado.";
});
byId("atualizar").addEventListener("click", () => {
  state.asked = 0;
  return again();
});
byId("outra").addEventListener("click", () => location.reload());
byId("sair").addEventListener("click", logout);

for (const uf of STATES) byId("uf").append(make("option", { value: uf }, uf));
preview();
try {
  const { planos } = await ask("GET", "/api/admin/planos/nomes");
  for (const { nome, titulo } of planos.filter(({ ativo }) => ativo)) {
    byId("plano").append(make("option", { value: nome, selected: nome === "basico" }, titulo));
  }
} catch (problem) {
  refuse(problem);
}
