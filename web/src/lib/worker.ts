/** Keeps the app at hand without a connection (`public/sw.js`). The site's policy lets a script's address come from here alone, and this is the one. */
interface Blessed {
  createPolicy: (name: string, rules: { createScriptURL: () => string }) => { createScriptURL: (text: string) => string };
}

const ADDRESS = "/sw.js";

export function keepAtHand(): void {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  const { trustedTypes } = window as { trustedTypes?: Blessed };
  const address = trustedTypes?.createPolicy("horario-worker", { createScriptURL: () => ADDRESS }).createScriptURL(ADDRESS) ?? ADDRESS;
  // A browser may forbid it, as in a private window: the app works all the same.
  navigator.serviceWorker.register(address).catch(() => undefined);
}
