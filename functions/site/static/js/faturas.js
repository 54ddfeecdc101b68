/** What the clinic pays: the invoice to be paid now, its plan, and the invoices before. Also while its access is suspended. */
import { Problem, call } from "/static/js/api.js";
import { byId, fill, make, say } from "/static/js/dom.js";
import { ask, logout, token, user } from "/static/js/session.js";

const STATES = {
  aberta: ["Em aberto", "atencao"],
  vencida: ["Venceu", "perigo"],
  paga: ["Paga", "bom"],
  isenta: ["Nada a pagar", "bom"],
  estornada: ["Pagamento devolvido", "atencao"],
  cancelada: ["Cancelada", ""],
};
/** How often a payment is looked for while somebody is about to pay. */
const EAGER = 10_000;

const notice = byId("aviso");
let timer = 0;
let shown = "";

const reais = (centavos) => new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" }).format(centavos / 100);
/** "2026-12-10" as "10/12/2026"; a day has no zone. */
const day = (text) => text.split("-").reverse().join("/");
const month = (text) =>
  new Intl.DateTimeFormat("pt-BR", { timeZone: "UTC", month: "long", year: "numeric" }).format(new Date(`${text}T12:00:00Z`));
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function line({ descricao, total_centavos }) {
  return make("tr", {}, make("th", { scope: "row" }, descricao), make("td", {}, reais(total_centavos)));
}

function row(fatura) {
  const [words, color] = STATES[fatura.vencida ? "vencida" : fatura.estado] ?? [fatura.estado, ""];
  const nome = capital(month(fatura.competencia));
  const when = fatura.vencida ? ` em ${day(fatura.vencimento)}` : fatura.estado === "aberta" ? `, vence em ${day(fatura.vencimento)}` : "";
  const open = make("button", { class: "discreto", type: "button", "aria-label": `Baixar o PDF da fatura de ${nome}` }, "PDF");
  open.addEventListener("click", () => download(fatura, open));
  return make(
    "li",
    {},
    make("span", {}, make("span", {}, nome), make("br"), make("span", { class: "situacao", "data-cor": color }, words + when)),
    make("span", { class: "quanto" }, reais(fatura.total_centavos)),
    open,
  );
}

/** A file needs the token in a header, which no link carries. */
async function download(fatura, button) {
  button.disabled = true;
  try {
    const response = await fetch(`/api/faturas/${fatura.id}/pdf`, { headers: { authorization: `Bearer ${await token()}` } });
    if (!response.ok) throw new Problem({ status: response.status });
    const url = URL.createObjectURL(await response.blob());
    make("a", { href: url, download: `fatura-${fatura.competencia.slice(0, 7)}.pdf` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (problem) {
    refuse(problem);
  } finally {
    button.disabled = false;
  }
}

function toPay(fatura) {
  byId("pagar").hidden = !fatura;
  if (!fatura) return;
  byId("pagar-titulo").textContent = `Fatura de ${month(fatura.competencia)}`;
  byId("pagar-quando").textContent = fatura.vencida ? `Venceu em ${day(fatura.vencimento)}` : `Vence em ${day(fatura.vencimento)}`;
  byId("pagar-valor").textContent = reais(fatura.total_centavos);
  byId("pix").hidden = !fatura.pix;
  byId("sem-pix").hidden = Boolean(fatura.pix);
  if (fatura.pix) {
    byId("pix-qr").src = fatura.pix_qr ?? "";
    byId("pix-codigo").value = fatura.pix;
  }
  byId("gateway").hidden = !fatura.gateway_url;
  if (fatura.gateway_url) byId("gateway").href = fatura.gateway_url;
  fill(byId("linhas"), ...fatura.itens.map(line));
}

function account(conta) {
  byId("plano").textContent = `${conta.plano_titulo}, ${reais(conta.preco_centavos)} por mês, com vencimento no dia ${conta.vencimento_dia}.`;
  byId("teste").textContent = conta.teste_ate && conta.teste_ate >= new Date().toISOString().slice(0, 10) ? `Período de teste até ${day(conta.teste_ate)}.` : "";
  byId("suspensa").hidden = !conta.suspensao_motivo;
  byId("suspensa-motivo").textContent = conta.suspensao_motivo ?? "";
  byId("agenda").hidden = Boolean(conta.suspensao_motivo);
}

async function load() {
  clearTimeout(timer);
  try {
    const all = await ask("GET", "/api/faturas");
    const open = all.faturas.filter(({ estado }) => estado === "aberta").at(-1);
    const detail = open ? await ask("GET", `/api/faturas/${open.id}`) : null;
    say(notice, "");
    const text = JSON.stringify([all, detail]);
    if (text !== shown) {
      shown = text;
      account(all);
      toPay(detail);
      fill(byId("lista"), ...all.faturas.map(row));
      byId("vazia").hidden = all.faturas.length > 0;
    }
    if (open) timer = setTimeout(load, EAGER);
  } catch (problem) {
    refuse(problem);
    if (problem instanceof Problem && problem.passing) timer = setTimeout(load, EAGER);
  } finally {
    byId("lista").removeAttribute("aria-busy");
  }
}

function refuse(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 403) {
    for (const section of document.querySelectorAll(".cartao")) section.hidden = true;
    say(notice, "Só quem administra a clínica vê o plano e as faturas. Se o acesso estiver suspenso, avise quem administra.");
    return;
  }
  say(notice, problem.message);
}

byId("copiar").addEventListener("click", async () => {
  const code = byId("pix-codigo");
  try {
    await navigator.clipboard.writeText(code.value);
  } catch {
    code.select();
    document.execCommand("copy");
  }
  byId("copiado").textContent = "Código copiado. Agora cole no aplicativo do seu banco.";
});
byId("sair").addEventListener("click", logout);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) load();
});

if (user()) {
  call("GET", "/api/publico/clinica")
    .then(({ nome }) => (byId("clinica").textContent = nome))
    .catch(() => null);
}
load();
