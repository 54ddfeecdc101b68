/** What this browser knows of a clinic's first steps. */
import { session } from "../../api/session.svelte";

export const ASIDE = `horario.primeiros-passos.${location.host}`;
/** What it holds when every step was taken, when some are known to be missing, and when they are for later. */
export const DONE = "feitos";
export const MISSING = "faltam";
export const LATER = "depois";

/** Whether somebody is to be led: a clinic that works once is not asked about again. */
export const toBeLed = () => session.isManager && localStorage.getItem(ASIDE) !== DONE;
