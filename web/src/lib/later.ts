/**
 * What a page needs only when somebody asks for it: its code comes before they do, one file after another and while the browser has nothing else to do. All at
 * once they would take a cheap phone's processor from whoever already uses the page.
 */
type Part = () => Promise<unknown>;

/** The page at hand comes first, milliseconds. */
const CALM = 1_500;
/** Where a browser does not say when it is idle. */
const BREATH = 100;

const waiting: Part[] = [];
let bringing = false;

/** A part that does not come is missed, and told, where it is opened. */
export function later(...parts: Part[]): void {
  waiting.push(...parts);
  if (bringing) return;
  bringing = true;
  setTimeout(bring, CALM);
}

async function bring(): Promise<void> {
  for (let part = waiting.shift(); part; part = waiting.shift()) {
    await idle();
    await part().catch(() => undefined);
  }
  bringing = false;
}

function idle(): Promise<void> {
  return new Promise((go) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => go());
    else setTimeout(go, BREATH);
  });
}
