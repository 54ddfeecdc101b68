/** Asks before what was typed and not saved is left: by a link, by the browser's back, by closing the tab. */
import { beforeLeaving } from "../../lib/router.svelte";
import { confirm } from "../../ui/confirm.svelte";

const open = new Set<() => boolean>();
const dirty = () => [...open].some((one) => one());

/** Counts this as unsaved while it answers `true`: `$effect(() => unsaved(() => draft.dirty))`. */
export function unsaved(isDirty: () => boolean): () => void {
  open.add(isDirty);
  return () => open.delete(isDirty);
}

/** Whether the person may leave: nothing is unsaved, or they said so. */
export async function mayLeave(isDirty: () => boolean = dirty): Promise<boolean> {
  if (!isDirty()) return true;
  return confirm({
    title: "Sair sem salvar?",
    text: "O que você mudou aqui ainda não foi salvo.",
    yes: "Sair sem salvar",
    no: "Continuar editando",
    danger: true,
  });
}

/** While the settings are open: `onMount(guard)`. */
export function guard(): () => void {
  const release = beforeLeaving(() => !dirty() || mayLeave());
  const closing = (event: BeforeUnloadEvent) => {
    if (dirty()) event.preventDefault();
  };
  window.addEventListener("beforeunload", closing);
  return () => {
    release();
    window.removeEventListener("beforeunload", closing);
  };
}
