/** The first professional of a clinic that has none: who manages it names them, and the agenda opens. */
import { Problem, newKey } from "/static/js/api.js";
import { byId, say } from "/static/js/dom.js";
import { ask } from "/static/js/session.js";

/**
 * Shows the form; `done` is called once there is somebody.
 * @param {() => void} done
 */
export function welcomeFirst(done) {
  const form = byId("primeiro");
  const notice = byId("primeiro-aviso");
  const nome = byId("p-nome");
  const especialidade = byId("p-especialidade");
  const submit = byId("p-enviar");
  // The same sent again after a broken connection carries the same key, so it makes nobody twice.
  let sent = { text: "", key: "" };
  byId("grade").hidden = true;
  form.hidden = false;
  nome.focus();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    const name = nome.value.trim();
    if (name.length < 2) {
      say(notice, "Escreva o nome de quem atende.");
      nome.setAttribute("aria-invalid", "true");
      nome.focus();
      return;
    }
    nome.removeAttribute("aria-invalid");
    say(notice, "");
    submit.disabled = true;
    const body = { nome: name, especialidade: especialidade.value.trim() || null };
    if (sent.text !== JSON.stringify(body)) sent = { text: JSON.stringify(body), key: newKey() };
    try {
      await ask("POST", "/api/medicos", { body, key: sent.key });
      done();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (!problem.passing) sent = { text: "", key: "" };
      say(notice, problem.campos.map(({ mensagem }) => mensagem).join(" ") || problem.message);
    } finally {
      submit.disabled = false;
    }
  });
}
