/** Light, dark, or as the device says. Kept in this browser. */
export type Tema = "sistema" | "claro" | "escuro";

const STORED = "horario.tema";
const known = (text: string | null): Tema => (text === "claro" || text === "escuro" ? text : "sistema");

let current = $state<Tema>(typeof localStorage === "undefined" ? "sistema" : known(localStorage.getItem(STORED)));

function show() {
  if (current === "sistema") delete document.documentElement.dataset.tema;
  else document.documentElement.dataset.tema = current;
}

if (typeof document !== "undefined") show();

export const tema = {
  get current(): Tema {
    return current;
  },
  set(next: Tema): void {
    current = next;
    if (next === "sistema") localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, next);
    show();
  },
};
