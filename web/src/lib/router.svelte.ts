/**
 * The address bar as state: links inside `base` change the page without loading it again.
 *
 * A pattern is `/app/pacientes/:id?`; a part with `:` is a parameter, one with `?` may be missing.
 */
export interface Match {
  params: Record<string, string | undefined>;
}

/** What `pattern` finds in `path`, `null` when it is another page. */
export function match(pattern: string, path: string): Match | null {
  const wanted = pattern.split("/").filter(Boolean);
  const given = path.split("/").filter(Boolean);
  if (given.length > wanted.length) return null;
  const params: Match["params"] = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i];
    if (!part.startsWith(":")) {
      if (part !== value) return null;
      continue;
    }
    if (value === undefined && !part.endsWith("?")) return null;
    params[part.slice(1).replace(/\?$/, "")] = value === undefined ? undefined : decode(value);
  }
  return { params };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

let path = $state(typeof location === "undefined" ? "/" : location.pathname);
let search = $state(typeof location === "undefined" ? "" : location.search);
let guard: (() => boolean | Promise<boolean>) | null = null;

export const router = {
  get path(): string {
    return path;
  },
  get query(): URLSearchParams {
    return new URLSearchParams(search);
  },
};

/** Asked before a page is left; `false` stays. One page at a time has one; the answer takes it away. */
export function beforeLeaving(ask: () => boolean | Promise<boolean>): () => void {
  guard = ask;
  return () => {
    if (guard === ask) guard = null;
  };
}

/** Goes to an address of ours. `replace` leaves no trace in the history: for filters and selections. */
export async function go(url: string, { replace = false } = {}): Promise<void> {
  const next = new URL(url, location.href);
  if (next.href === location.href) return;
  if (next.pathname !== path && guard && !(await guard())) return;
  history[replace ? "replaceState" : "pushState"](null, "", next);
  arrive();
}

/** Changes parts of the query in place; `null` removes one. */
export function setQuery(changes: Record<string, string | null>): void {
  const next = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") next.searchParams.delete(name);
    else next.searchParams.set(name, value);
  }
  void go(next.href, { replace: true });
}

function arrive() {
  if (location.pathname !== path) window.scrollTo(0, 0);
  path = location.pathname;
  search = location.search;
}

/** Back or forward: the browser is there already. What must not be left unasked is gone back to first; what is ahead in the history is lost then. */
async function popped() {
  const may = guard?.() ?? true;
  if (may !== true) {
    const wanted = location.href;
    history.pushState(null, "", path + search);
    if (!(await may)) return;
    history.replaceState(null, "", wanted);
  }
  arrive();
}

/** Makes links below `base` ours; called once. */
export function start(base: string): void {
  window.addEventListener("popstate", () => void popped());
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a");
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname !== base && !link.pathname.startsWith(`${base}/`)) return;
    event.preventDefault();
    void go(link.href);
  });
}
