/**
 * The way to the API: JSON in, JSON out, refusals as `Problem`. It knows no token; `session.js` adds it.
 */

/** A refusal in the words of the API (RFC 9457), or of this page when the API could not be reached. */
export class Problem extends Error {
  /**
   * @param {{title?: string, status?: number, detail?: string, codigo?: string, instance?: string,
   *   campos?: {campo: string, mensagem: string}[], alternativas?: {data: string, hora: string}[]}} body
   * @param {number} retryAfter seconds, 0 when the API did not say
   */
  constructor(body, retryAfter = 0) {
    super(body.detail || body.title || "Algo deu errado. Tente de novo.");
    this.name = "Problem";
    this.title = body.title ?? "Algo deu errado";
    this.status = body.status ?? 0;
    this.codigo = body.codigo ?? "";
    this.campos = body.campos ?? [];
    this.alternativas = body.alternativas ?? [];
    this.retryAfter = retryAfter;
  }

  /** Whether the API could not be reached or is having a bad moment: worth trying again as it is. */
  get passing() {
    return this.status === 0 || this.status >= 500;
  }
}

const UNREACHABLE = {
  title: "Sem conexão",
  detail: "Não conseguimos falar com o servidor. Confira sua internet e tente de novo.",
  status: 0,
  codigo: "sem_conexao",
};

/**
 * @param {string} method
 * @param {string} path
 * @param {{body?: unknown, token?: string, key?: string, signal?: AbortSignal}} [options] `key` is the Idempotency-Key
 * @returns {Promise<any>} the body, `null` when there is none
 */
export async function call(method, path, { body, token, key, signal } = {}) {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (token) headers.authorization = `Bearer ${token}`;
  if (key) headers["idempotency-key"] = key;
  const limit = AbortSignal.timeout(20_000);
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: signal && AbortSignal.any ? AbortSignal.any([signal, limit]) : (signal ?? limit),
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(UNREACHABLE);
  }
  const json = parse(text);
  if (response.ok) return json;
  throw new Problem({ ...json, status: response.status }, Number(response.headers.get("retry-after")) || 0);
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** A new Idempotency-Key. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
