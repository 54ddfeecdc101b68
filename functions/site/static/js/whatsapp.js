/** The clinic's WhatsApp: what it is, the code to connect with, a test. The words come from the API; here are colours, clocks and buttons. */
import { Problem, call, newKey } from "/static/js/api.js";
import { byId, fill, make, say } from "/static/js/dom.js";
import { ask, logout, user } from "/static/js/session.js";

const CALM = 10_000;
const EAGER = 2_500;
/** How often a code is asked for anew while somebody looks for their phone, about ten minutes. */
const MOST_CODES = 12;

/** Colour and sign of each state; the sign is said again in words. */
const LOOKS = {
  conectado: ["bom", "✓"],
  suspeito: ["atencao", "!"],
  conectando: ["calmo", "…"],
  aguardando_leitura: ["calmo", "▦"],
  desconectado: ["perigo", "✕"],
  recusado: ["atencao", "!"],
  nunca_conectado: ["calmo", "○"],
  sem_linha: ["calmo", "○"],
};
const CONNECTED = ["conectado", "suspeito"];

/** How far a message got, as people say it. */
const REACHED = {
  pendente: ["Saindo…", "nota"],
  enviada: ["Enviada. Se o celular estiver ligado, ela chega em instantes.", "nota"],
  entregue: ["Chegou ao celular. Está tudo certo.", "nota"],
  lida: ["Chegou e foi lida. Está tudo certo.", "nota"],
  incerta: ["Não sabemos se chegou. Confira no celular.", "atencao"],
  falhou: ["Não foi entregue.", "erro"],
};
const WHY = {
  sem_whatsapp: "Este número não tem WhatsApp.",
  recusada: "O WhatsApp recusou a mensagem.",
  desistimos: "O WhatsApp da clínica não respondeu.",
};

const me = user();
const notice = byId("aviso");
const state = { zone: "America/Sao_Paulo", last: null, connecting: false, codes: 0, busy: false, timer: 0, test: null };

const moment = () =>
  new Intl.DateTimeFormat("pt-BR", { timeZone: state.zone, day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" });
const day = (at) => new Intl.DateTimeFormat("pt-BR", { timeZone: state.zone, dateStyle: "short" }).format(at);

/** "hoje às 14:30", "28/11, 09:00", "há 3 min" */
function when(text) {
  if (!text) return "–";
  const at = new Date(text);
  const minutes = Math.floor((Date.now() - at.getTime()) / 60_000);
  if (minutes < 1) return "agora há pouco";
  if (minutes < 60) return `há ${minutes} min`;
  const clock = new Intl.DateTimeFormat("pt-BR", { timeZone: state.zone, hour: "2-digit", minute: "2-digit" }).format(at);
  return day(at) === day(new Date()) ? `hoje às ${clock}` : moment().format(at);
}

function show(shown) {
  state.last = shown;
  const [color, sign] = LOOKS[shown.situacao] ?? LOOKS.conectando;
  byId("cartao").dataset.cor = color;
  byId("cartao").setAttribute("aria-busy", "false");
  byId("sinal").textContent = sign;
  put("titulo", shown.titulo);
  put("desde", shown.desde && shown.situacao !== "aguardando_leitura" ? `Desde ${when(shown.desde)}` : "");
  put("orientacao", shown.orientacao);
  put("numero", [shown.numero, shown.perfil].filter(Boolean).join(" · ") || "–");
  put("recebida", when(shown.ultima_recebida_em));
  put("enviada", when(shown.ultima_enviada_em));
  for (const name of ["pendentes", "incertas", "falhas"]) put(name, figure(shown.fila[name]));
  byId("novo").hidden = !shown.numero_novo;
  showCode(shown);
  const open = CONNECTED.includes(shown.situacao);
  if (open || shown.situacao === "sem_linha") Object.assign(state, { connecting: false, codes: 0 });
  const connect = byId("conectar");
  connect.hidden = state.connecting || shown.situacao === "sem_linha" || shown.situacao === "conectado" || Boolean(shown.codigo);
  connect.textContent = open ? "Conectar de novo" : "Conectar";
  byId("desconectar").hidden = !shown.pode_desconectar;
  byId("testar").disabled = !open && shown.situacao !== "conectando";
  fill(
    byId("alertas"),
    ...shown.alertas
      .filter(({ tipo }) => tipo !== "desconectada" || shown.situacao !== "desconectado")
      .map(({ texto, desde, tipo }) =>
        make(
          "li",
          { class: "aviso", "data-tipo": ["incertas", "sem_resposta", "numero"].includes(tipo) ? "atencao" : "erro" },
          texto,
          desde && make("time", { datetime: desde }, `Desde ${when(desde)}`),
        ),
      ),
  );
}

/** A reader speaks what changes, so what does not is left alone. */
function put(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

const figure = (count) => (count >= 1000 ? "mais de 1000" : String(count));

function showCode({ codigo, situacao }) {
  byId("codigo").hidden = !codigo;
  byId("gerando").hidden = Boolean(codigo) || !state.connecting || CONNECTED.includes(situacao);
  const image = byId("qr");
  if (!codigo) return image.removeAttribute("src");
  if (image.getAttribute("src") !== codigo.imagem) image.setAttribute("src", codigo.imagem);
  byId("pareamento").hidden = !codigo.pareamento;
  put("pareamento-codigo", codigo.pareamento ?? "");
}

/** Seconds the code still lives; when they are over, the next one is asked for. */
function tick() {
  const code = state.last?.codigo;
  if (!code) return;
  const left = Math.ceil((new Date(code.expira_em).getTime() - Date.now()) / 1000);
  put("validade", left > 0 ? `Este código vale por mais ${left} s e se renova sozinho.` : "Renovando o código…");
  if (left <= 0 && !state.busy) renew();
}

function renew() {
  state.last.codigo = null;
  if (!state.connecting || state.codes >= MOST_CODES) {
    state.connecting = false;
    return load();
  }
  return connect();
}

async function load() {
  clearTimeout(state.timer);
  try {
    if (!state.busy) show(await ask("GET", "/api/whatsapp"));
    if (state.test) await follow();
    say(notice, "");
  } catch (problem) {
    trouble(problem);
  }
  const eager = state.connecting || state.last?.codigo || state.last?.situacao === "conectando" || state.test;
  state.timer = setTimeout(() => (document.hidden ? wait() : load()), eager ? EAGER : CALM);
}

function wait() {
  document.addEventListener("visibilitychange", () => load(), { once: true });
}

function trouble(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 402) location.replace("/static/faturas.html");
  else if (problem.status === 403) say(notice, "Só a secretaria e os gestores da clínica veem esta página.", "atencao");
  else if (problem.status !== 401) say(notice, problem.message, problem.passing ? "atencao" : "erro");
}

/** Begins, or goes on; an answer without a code is followed by one that comes by itself. */
async function connect() {
  Object.assign(state, { connecting: true, busy: true });
  state.codes += 1;
  byId("conectar").hidden = true;
  byId("gerando").hidden = false;
  try {
    const shown = await ask("POST", "/api/whatsapp/conexao", { body: {} });
    state.busy = false;
    show(shown);
    say(notice, "");
  } catch (problem) {
    Object.assign(state, { connecting: false, busy: false });
    if (state.last) show(state.last);
    const text = problem.passing ? "O servidor de WhatsApp não respondeu. Espere um minuto e tente de novo." : "";
    trouble(text ? new Problem({ status: problem.status, codigo: problem.codigo, detail: text }) : problem);
    return;
  }
  load();
}

async function disconnect() {
  const button = byId("desconectar");
  button.disabled = true;
  try {
    show(await ask("POST", "/api/whatsapp/desconexao"));
    say(notice, "");
  } catch (problem) {
    trouble(problem);
  } finally {
    button.disabled = false;
  }
}

async function test(event) {
  event.preventDefault();
  const field = byId("telefone");
  const button = byId("testar");
  const told = byId("teste-aviso");
  button.disabled = true;
  field.removeAttribute("aria-invalid");
  say(told, "");
  try {
    const body = { telefone: field.value };
    const { conversa_id, mensagem_id, telefone } = await ask("POST", "/api/whatsapp/teste", { body, key: newKey() });
    state.test = { conversa_id, mensagem_id, telefone, until: Date.now() + 60_000 };
    say(told, `Para ${telefone}: saindo…`, "nota");
    load();
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status === 401) return trouble(problem);
    const wrong = problem.campos.find(({ campo }) => campo === "telefone")?.mensagem;
    if (wrong) field.setAttribute("aria-invalid", "true");
    say(told, wrong ?? problem.message, problem.passing ? "atencao" : "erro");
    if (wrong) field.focus();
  } finally {
    button.disabled = false;
  }
}

/** How far the test message got. */
async function follow() {
  const { conversa_id, mensagem_id, telefone, until } = state.test;
  const { mensagens } = await ask("GET", `/api/conversas/${conversa_id}/mensagens`);
  const message = mensagens.find(({ id }) => id === mensagem_id);
  if (!message) return (state.test = null);
  const [text, kind] = REACHED[message.estado] ?? REACHED.pendente;
  say(byId("teste-aviso"), `Para ${telefone}: ${[text, WHY[message.falha]].filter(Boolean).join(" ")}`, kind);
  if (Date.now() > until || ["lida", "falhou"].includes(message.estado)) state.test = null;
}

async function start() {
  byId("sair").addEventListener("click", logout);
  const clinica = await call("GET", "/api/publico/clinica").catch(() => null);
  if (clinica) {
    byId("clinica").textContent = clinica.nome;
    document.title = `WhatsApp · ${clinica.nome}`;
    state.zone = clinica.fuso ?? state.zone;
  }
  byId("conectar").addEventListener("click", () => {
    state.codes = 0;
    connect();
  });
  const dialog = byId("confirmar");
  byId("desconectar").addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("close", () => dialog.returnValue === "sim" && disconnect());
  byId("teste").addEventListener("submit", test);
  setInterval(tick, 500);
  load();
}

if (!me || me.user_type === "operador") location.replace("/static/login.html");
else start();
