/**
 * Lets the app be installed and keeps it at hand without a connection (`public/sw.js`). The site's policy lets a script's address come from here alone, and
 * this is the one.
 */
interface Blessed {
  createPolicy: (name: string, rules: { createScriptURL: () => string }) => { createScriptURL: (text: string) => string };
}

const ADDRESS = "/sw.js";
const MANIFEST = "/static/app.webmanifest";
/** Neither may take the connection and the processor from the page that is being opened, milliseconds. */
const CALM = 3_000;

export function keepAtHand(): void {
  if (import.meta.env.PROD) setTimeout(register, CALM);
}

function register(): void {
  document.head.append(Object.assign(document.createElement("link"), { rel: "manifest", href: MANIFEST }));
  if (!("serviceWorker" in navigator)) return;
  const { trustedTypes } = window as { trustedTypes?: Blessed };
  const address = trustedTypes?.createPolicy("horario-worker", { createScriptURL: () => ADDRESS }).createScriptURL(ADDRESS) ?? ADDRESS;
  // A browser may forbid it, as in a private window: the app works all the same.
  navigator.serviceWorker.register(address).catch(() => undefined);
}
