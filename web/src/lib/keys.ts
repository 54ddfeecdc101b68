/** Keyboard shortcuts: single letters, ignored while somebody types or a dialog is open. */
export interface Shortcut {
  /** `KeyboardEvent.key`: "n", "/", "ArrowLeft". */
  key: string;
  /** What the help says. */
  label: string;
  run: () => void;
}

const active = new Set<Shortcut>();

/** Adds shortcuts while a component lives: `$effect(() => shortcuts([...]))`. */
export function shortcuts(list: Shortcut[]): () => void {
  for (const one of list) active.add(one);
  return () => {
    for (const one of list) active.delete(one);
  };
}

/** Those that work now, for the help. */
export const activeShortcuts = (): Shortcut[] => [...active];

const TYPING = "input, textarea, select, [contenteditable]";

export function listen(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    const target = event.target as Element;
    if (target.matches?.(TYPING) || document.querySelector("dialog[open]")) return;
    // The newest wins: a page over the shell.
    const found = [...active].reverse().find(({ key }) => key === event.key);
    if (!found) return;
    event.preventDefault();
    found.run();
  });
}
