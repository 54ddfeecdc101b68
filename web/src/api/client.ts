/**
 * The way to the API: typed by its own description, JSON in and out, refusals thrown as `Problem`.
 *
 * ```ts
 * const { medicos } = await ask(api.GET("/api/medicos"));
 * await ask(api.POST("/api/medicos", { body: { nome }, headers: once(key) }));
 * ```
 *
 * The session is in cookies no script can read. One that has ended is renewed once, behind the caller's back, and the request is sent again.
 */
import createClient, { createQuerySerializer } from "openapi-fetch";
import { net } from "../lib/net.svelte";
import { Problem, UNREACHABLE, problemOf } from "./problem";
import { renew } from "./renew";
import type { components, paths } from "./schema";

/** The shapes of the API by their names. */
export type Shapes = components["schemas"];

/** After this a request counts as lost, milliseconds. */
const LIMIT = 20_000;
/** The same of a file, which is megabytes. */
const LIMIT_OF_FILES = 120_000;

/** What `app/first` asked before this code was there, by path and query. */
export type Early = Map<string, { at: number; answer: Promise<Response> }>;
declare global {
  var early: Early | undefined;
}
/** An early answer this old may be untrue by now, milliseconds. */
const STALE = 10_000;

let ended: () => void = () => undefined;

/** What happens when the session is over and cannot be renewed: a page with a session goes to the login. */
export function onSessionEnd(run: () => void): void {
  ended = run;
}

async function send(request: Request, limit = LIMIT): Promise<Response> {
  const again = request.clone();
  const answer = await reach(request, limit);
  if (answer.status !== 401 || new URL(request.url).pathname.startsWith("/api/auth/sessao")) return answer;
  const renewal = await renew();
  if (renewal === "desconhecida") throw new Problem(UNREACHABLE);
  const second = renewal === "renovada" ? await reach(again, limit) : answer;
  if (second.status === 401) ended();
  return second;
}

/** What was asked already; whoever asks again asks anew. */
function early(request: Request): Promise<Response> | undefined {
  const { pathname, search } = new URL(request.url);
  const found = request.method === "GET" ? globalThis.early?.get(pathname + search) : undefined;
  if (!found) return undefined;
  globalThis.early?.delete(pathname + search);
  return performance.now() - found.at < STALE ? found.answer : undefined;
}

async function reach(request: Request, limit: number): Promise<Response> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(limit)]);
  try {
    const answer = await (early(request) ?? fetch(request, { signal }));
    net.reached(![502, 503, 504].includes(answer.status));
    return answer;
  } catch (error) {
    if (request.signal.aborted) throw error;
    net.reached(false);
    throw new Problem(UNREACHABLE);
  }
}

/** The API. What a page asks for goes through `ask`. */
export const api = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "" : location.origin,
  cache: "no-store",
  credentials: "same-origin",
  headers: { accept: "application/json" },
  fetch: (request: Request) => send(request),
});

/** The body of an answer; a refusal is thrown as `Problem`. */
export async function ask<T>(
  asked: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await asked;
  if (response.ok) return data as NonNullable<T>;
  const retryAfter = Number(response.headers.get("retry-after")) || 0;
  const body = typeof error === "object" && error !== null ? error : {};
  throw new Problem({ ...body, status: response.status }, retryAfter);
}

/**
 * As `ask`, but an answer that is what `etag` names already is `null`: for polling.
 *
 * ```ts
 * const news = await askIfChanged(etag, (headers) => api.GET("/api/agendamentos", { params, headers }));
 * ```
 */
export async function askIfChanged<T>(
  etag: string | null,
  run: (headers: Record<string, string>) => Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<{ data: NonNullable<T>; etag: string | null } | null> {
  const asked = await run(etag ? { "if-none-match": etag } : {});
  if (asked.response.status === 304) return null;
  return { data: await ask(Promise.resolve(asked)), etag: asked.response.headers.get("etag") };
}

/** Every page of a list. `key` names the items; `page` gets the cursor of the page before. */
export async function all<K extends string, T>(
  key: K,
  page: (cursor: string | undefined) => Promise<{ [key in K]: T[] } & { proximo?: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const answer = await page(cursor);
    items.push(...answer[key]);
    cursor = answer.proximo ?? undefined;
  } while (cursor);
  return items;
}

const written = createQuerySerializer();

/** A file of the API, for what no JSON is, under the name it is given there. What of `query` is null is not asked. */
export async function file(path: string, query: Record<string, unknown> = {}): Promise<File> {
  const asked = written(query);
  const answer = await send(new Request(asked ? `${path}?${asked}` : path, { cache: "no-store" }), LIMIT_OF_FILES);
  if (!answer.ok) throw await problemOf(answer);
  try {
    const content = await answer.blob();
    const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "";
    return new File([content], name, { type: content.type });
  } catch {
    // The line broke in the middle of it.
    throw new Problem(UNREACHABLE);
  }
}

/** The header that makes a repeated request count once. */
export function once(key: string): { "idempotency-key": string } {
  return { "idempotency-key": key };
}

/** A new key for `once`: kept for as long as the person means the same. */
export function newKey(): string {
  return crypto.randomUUID();
}
