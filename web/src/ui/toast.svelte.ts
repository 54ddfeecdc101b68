/** Short news at the bottom: what was done, with a way to undo it, or what went wrong. `Toasts.svelte` shows them. */
import { Problem } from "../api/problem";

export interface Toast {
  id: number;
  text: string;
  kind: "nota" | "erro";
  action?: { label: string; run: () => void } | undefined;
}

/** How long they stay, milliseconds: longer when there is something to read or press. */
const STAY = { nota: 5_000, erro: 9_000, action: 12_000 };

let toasts = $state<Toast[]>([]);
let next = 0;

/** Dialogs that are open, the last above the others: what lies outside of it cannot be seen or pressed. */
let layers = $state<string[]>([]);

export const layer = {
  /** Where the news are shown: the dialog above the others, `""` the page. */
  get top(): string {
    return layers.at(-1) ?? "";
  },
  open(id: string): () => void {
    layers = [...layers, id];
    return () => (layers = layers.filter((one) => one !== id));
  },
};

export const shown = {
  get toasts(): Toast[] {
    return toasts;
  },
};

export function dismiss(id: number): void {
  toasts = toasts.filter((toast) => toast.id !== id);
}

function show(kind: Toast["kind"], text: string, action?: Toast["action"]): void {
  const id = (next += 1);
  toasts = [...toasts.filter((toast) => toast.text !== text).slice(-2), { id, text, kind, action }];
  setTimeout(() => dismiss(id), action ? STAY.action : STAY[kind]);
}

/** Something was done. */
export const tell = (text: string, action?: Toast["action"]) => show("nota", text, action);

/** Something was refused or failed; what is no `Problem` is a fault of ours and thrown on. */
export function complain(problem: unknown): void {
  if (!(problem instanceof Problem)) throw problem;
  show("erro", problem.words);
}
