/** The browser's turn: what was drawn is painted, what was pressed is heard, before more is done. */
interface Scheduler {
  yield?: () => Promise<void>;
}

export function turn(): Promise<void> {
  const { scheduler } = globalThis as { scheduler?: Scheduler };
  return scheduler?.yield?.() ?? new Promise((go) => setTimeout(go));
}
