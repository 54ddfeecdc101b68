import { type Component, mount } from "svelte";

/** Shows a page in place of what its HTML says until its code is there. */
export function show(page: Component): void {
  const root = document.getElementById("raiz")!;
  root.replaceChildren();
  mount(page, { target: root });
}
