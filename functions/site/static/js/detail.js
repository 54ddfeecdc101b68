/** The drawer of one appointment: who, when, why, and what can be done about it. */
import { clinicNow, hourOf, longDay, minutes } from "/static/js/dates.js";
import { byId, fill, make, say } from "/static/js/dom.js";
import { ask } from "/static/js/session.js";
import { CHANNEL, STATUS, phone } from "/static/js/words.js";

const dialog = byId("detalhe");
const CANCELLABLE = ["agendado", "confirmado"];

/**
 * @param {any} appointment
 * @param {string} zone of the clinic
 * @param {(text: string) => void} changed called after the server accepted a change
 */
export function openDetail(appointment, zone, changed) {
  const { day: today } = clinicNow(zone);
  const notice = make("p", { class: "aviso", role: "alert", hidden: true });
  const actions = make("footer", { class: "gaveta-pe" });
  const act = async (path, body, text) => {
    const buttons = actions.querySelectorAll("button");
    buttons.forEach((button) => (button.disabled = true));
    try {
      await ask("POST", `/api/agendamentos/${appointment.id}/${path}`, { body });
      dialog.close();
      changed(text);
    } catch (problem) {
      say(notice, problem.message);
      buttons.forEach((button) => (button.disabled = false));
    }
  };
  fill(actions, ...buttonsOf(appointment, today, act, actions));
  fill(dialog, make("div", { class: "gaveta-corpo" }, top(appointment), notice, facts(appointment, today, zone), actions));
  dialog.showModal();
}

function top({ paciente_nome, status, encaixe }) {
  return make(
    "header",
    { class: "gaveta-topo" },
    make(
      "div",
      {},
      make("h2", { id: "detalhe-titulo" }, paciente_nome),
      make(
        "p",
        { class: "selos", "data-status": status },
        make("span", { class: "selo" }, STATUS[status]?.label ?? status),
        encaixe && make("span", { class: "selo neutro" }, "Encaixe"),
      ),
    ),
    make("button", { class: "discreto seta", type: "button", "aria-label": "Fechar", onclick: () => dialog.close() }, "✕"),
  );
}

function facts(appointment, today, zone) {
  const { data, hora, duracao, medico_nome, paciente_telefone, motivo, canal } = appointment;
  const when = `${longDay(data, today)}, ${hora} às ${hourOf(minutes(hora) + duracao)}`;
  const tel = paciente_telefone && make("a", { href: `tel:${paciente_telefone}` }, phone(paciente_telefone));
  const rows = [
    ["Quando", `${when} (${duracao} min)`],
    ["Profissional", medico_nome],
    ["Telefone", tel || "Sem telefone"],
    appointment.servico_nome && ["Serviço", appointment.servico_nome],
    appointment.convenio_nome && ["Convênio", appointment.convenio_nome],
    ["Motivo", motivo || "Não informado"],
    appointment.chegada_em && ["Chegada", `Às ${hourOf(clinicNow(zone, new Date(appointment.chegada_em)).minute)}`],
    appointment.cancelamento_motivo && ["Cancelado porque", appointment.cancelamento_motivo],
    ["Marcado por", CHANNEL[canal] ?? canal ?? "Não informado"],
  ];
  return make("dl", { class: "fatos" }, ...rows.filter(Boolean).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function buttonsOf(appointment, today, act, actions) {
  const { status } = appointment;
  const first = firstName(appointment.paciente_nome);
  const steps = nextSteps(appointment, today).map(([path, label, said], at) =>
    make("button", { class: `${at ? "secundario" : "principal"} largo`, type: "button", onclick: () => act(path, {}, said(first)) }, label),
  );
  const cancel =
    CANCELLABLE.includes(status) &&
    make("button", { class: "perigo largo", type: "button", onclick: () => askWhy(appointment, today, act, actions) }, "Cancelar agendamento");
  return [...steps, cancel];
}

/** What may come next: the path of the action, what the button says, what is said when it worked. The server has the last word. */
function nextSteps({ status, data, inicio_em, chegada_em }, today) {
  const begun = Date.parse(inicio_em) <= Date.now();
  const dayCame = data <= today;
  const confirm = ["confirmacao", "Confirmar presença", (first) => `Presença de ${first} confirmada.`];
  const arrive = ["chegada", "Chegou", (first) => `${first} está na clínica.`];
  const start = ["inicio", "Iniciar atendimento", (first) => `Atendimento de ${first} iniciado.`];
  const finish = ["realizacao", "Finalizar atendimento", (first) => `Atendimento de ${first} finalizado.`];
  const miss = ["falta", "Faltou", (first) => `Falta de ${first} registrada.`];
  const again = ["reativacao", "Reativar", (first) => `O horário de ${first} voltou a valer.`];
  const standing = [status === "agendado" && confirm, dayCame && !chegada_em && arrive, dayCame && start, begun && miss];
  const came = ["realizacao", "O paciente veio", (first) => `Atendimento de ${first} registrado.`];
  const steps = { agendado: standing, confirmado: standing, em_atendimento: [finish], faltou: [came], cancelado: [!begun && again] };
  return (steps[status] ?? []).filter(Boolean);
}

/** Cancelling takes a second step, with room for a reason. */
function askWhy(appointment, today, act, actions) {
  const first = firstName(appointment.paciente_nome);
  const why = make("textarea", { id: "porque", maxlength: "300", rows: "2", placeholder: "Ex.: o paciente pediu por telefone" });
  const tell = make("input", { id: "avisar", type: "checkbox" });
  tell.checked = true;
  const cancel = () => {
    const reason = why.value.trim() ? { motivo: why.value.trim() } : {};
    act("cancelamento", { ...reason, avisar: tell.checked }, `Agendamento de ${first} cancelado.`);
  };
  const back = () => fill(actions, ...buttonsOf(appointment, today, act, actions));
  fill(
    actions,
    make("div", { class: "campo" }, make("label", { for: "porque" }, "Por que cancelar? ", make("small", {}, "opcional")), why),
    make("label", { for: "avisar" }, tell, " Avisar o paciente pelo WhatsApp"),
    make("button", { class: "perigo cheio largo", type: "button", onclick: cancel }, "Sim, cancelar"),
    make("button", { class: "secundario largo", type: "button", onclick: back }, "Voltar"),
  );
  why.focus();
}

function firstName(name) {
  return name.split(" ")[0];
}

dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
