/**
 * When somebody last touched a page of this address, in whichever tab: a page that asks by itself would renew its session for ever.
 */
const AT = "horario.toque";
/** A touch this soon after another tells nothing new, milliseconds. */
const SOON = 10_000;
/** How often it is looked, milliseconds. */
const LOOK = 20_000;

let after: number | null = null;

/** The session is renewed no more when nobody touched a page for so many seconds, and `end` is called; `null`: it always is. */
export function endsUntouched(seconds: number | null, end: () => Promise<void>): void {
  if (seconds !== null && after === null) {
    setInterval(() => untouched() && void end(), LOOK);
    for (const event of ["pointerdown", "keydown", "wheel"]) addEventListener(event, touch, { passive: true, capture: true });
    touch();
  }
  after = seconds;
}

/** Whether nobody touched a page for too long. */
export function untouched(): boolean {
  return after !== null && Date.now() - Number(localStorage.getItem(AT) ?? 0) >= after * 1000;
}

function touch(): void {
  const now = Date.now();
  if (Math.abs(now - Number(localStorage.getItem(AT) ?? 0)) >= SOON && !untouched()) localStorage.setItem(AT, String(now));
}
