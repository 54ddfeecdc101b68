/** Says which clinic it is that answers for a patient's data, and its phone. The page is whole without it: at no clinic's address, or when the API is silent. */
import type { Shapes } from "../api/client";
import { phone } from "../lib/words";

const answer = await fetch("/api/publico/clinica", { headers: { accept: "application/json" } }).catch(() => null);
if (answer?.ok) {
  const { nome, telefone } = (await answer.json()) as Shapes["Clinica"];
  document.getElementById("clinica")!.textContent = nome;
  if (telefone) {
    const link = document.getElementById("telefone") as HTMLAnchorElement;
    link.href = `tel:${telefone}`;
    link.textContent = phone(telefone);
    document.getElementById("contato")!.hidden = false;
  }
}
