import { expect, test } from "vitest";
import { type Mensagem, elsewhere, fileName, firstUnread, formatted, headOf, linesOf, merge, placeOf, preview, quotedAuthor, troubleOf, wordsOf } from "./messages";

const ZONE = "America/Sao_Paulo";
const message = (id: number, changes: Partial<Mensagem> = {}): Mensagem => ({
  id,
  conversa_id: 1,
  autor: "paciente",
  tipo: "texto",
  texto: "Oi",
  transcricao: false,
  opcoes: [],
  abre: false,
  estado: "recebida",
  criado_em: "2026-11-28T15:00:00Z",
  ...changes,
});

test("what came replaces what was known, the oldest first", () => {
  const known = [message(2), message(3)];
  expect(merge(known, [message(3, { texto: "Olá" }), message(1)]).map(({ id, texto }) => [id, texto])).toEqual([[1, "Oi"], [2, "Oi"], [3, "Olá"]]);
  expect(merge(known, [])).toBe(known);
});

test("a day is said once, an author once in a row", () => {
  const bot = { autor: "bot", estado: "lida" };
  const lines = linesOf(
    [message(1, { criado_em: "2026-11-27T15:00:00Z" }), message(2, bot), message(3, bot), message(4, { ...bot, autor: "humano" })],
    ZONE,
    new Date("2026-11-28T17:00:00Z"),
  );
  expect(lines.map(({ day }) => day)).toEqual(["Ontem", "Hoje", "", ""]);
  expect(lines.map(({ author }) => author)).toEqual(["", "Assistente", "", "Pelo celular da clínica"]);
  expect(lines[0]?.hour).toBe("12:00");
});

test("the unread begin with the patient's", () => {
  const list = [message(1), message(2), message(3, { autor: "bot" }), message(4)];
  expect([0, 1, 2, 3, 9].map((unread) => firstUnread(list, unread))).toEqual([null, 4, 2, 1, null]);
});

test("one line of whatever it is", () => {
  expect(preview({ tipo: "texto", texto: "Oi\n*tudo* bem?" })).toBe("Oi tudo bem?");
  expect(preview({ tipo: "audio", texto: null })).toBe("Áudio");
  expect(preview({ tipo: "documento", texto: "pedido.pdf" })).toBe("Documento: pedido.pdf");
  expect(preview({ tipo: "reacao", texto: "❤️" })).toBe("Reagiu com ❤️");
  expect(preview({ tipo: "novo_tipo", texto: null })).toBe("Mensagem");
});

test("what the phone must show, and where a place is", () => {
  expect(elsewhere({ tipo: "audio", texto: "Oi", abre: false })).toBe("");
  expect(elsewhere({ tipo: "audio", texto: null, abre: false })).toContain("Ouça no celular");
  expect(elsewhere({ tipo: "imagem", texto: null, abre: true })).toBe("");
  expect(elsewhere({ tipo: "video", texto: "festa", abre: false })).toContain("Veja no celular");
  expect(elsewhere({ tipo: "contato", texto: "Ana", abre: false })).toBe("");
  expect(placeOf({ tipo: "localizacao", texto: "Casa\n-23.55050, -46.63330" })).toBe("-23.55050,-46.63330");
  expect(placeOf({ tipo: "texto", texto: "-23.55050, -46.63330" })).toBeNull();
});

test("what is known of it stands above it", () => {
  expect(headOf(message(1))).toBe("");
  expect(headOf(message(1, { tipo: "audio", segundos: 67 }))).toBe("Áudio de 1:07");
  expect(headOf(message(1, { tipo: "audio", segundos: 7, transcricao: true }))).toBe("Áudio de 0:07, em palavras");
  expect(headOf(message(1, { tipo: "audio", transcricao: true }))).toBe("Áudio, em palavras");
  expect(headOf(message(1, { tipo: "documento", arquivo: "exame.pdf" }))).toBe("exame.pdf");
  expect(wordsOf({ texto: "exame.pdf", arquivo: "exame.pdf" })).toBe("");
  expect(wordsOf({ texto: "o exame", arquivo: "exame.pdf" })).toBe("o exame");
  expect(["paciente", "bot", "humano"].map((autor) => quotedAuthor(autor, "Ana"))).toEqual(["Ana", "Assistente", "Clínica"]);
});

test("a document keeps a name that says what it is", () => {
  expect(fileName({ id: 7, arquivo: "a/b.PDF" })).toBe("a-b.PDF");
  expect(fileName({ id: 7, arquivo: "a.exe" })).toBe("documento-7.pdf");
  expect(fileName({ id: 7, arquivo: null })).toBe("documento-7.pdf");
});

test("only what did not arrive is said", () => {
  expect(troubleOf({ autor: "bot", estado: "lida" })).toBe("");
  expect(troubleOf({ autor: "humano", estado: "falhou", falha: "sem_whatsapp" })).toContain("não tem WhatsApp");
  expect(troubleOf({ autor: "humano", estado: "aguardando" })).toContain("depois que o paciente responder");
});

test("WhatsApp's marks, and nothing else", () => {
  const kinds = (text: string) => formatted(text).map(({ kind, text: part }) => `${kind}:${part}`);
  expect(kinds("Olá *Ana*, _tudo_ ~mal~ bem?")).toEqual(["texto:Olá ", "forte:Ana", "texto:, ", "enfase:tudo", "texto: ", "riscado:mal", "texto: bem?"]);
  expect(kinds("2*3*4 e a_b_c")).toEqual(["texto:2*3*4 e a_b_c"]);
  expect(kinds("veja https://exemplo.com/a_b.")).toEqual(["texto:veja ", "link:https://exemplo.com/a_b", "texto:."]);
  expect(kinds("<img src=x onerror=alert(1)>")).toEqual(["texto:<img src=x onerror=alert(1)>"]);
  expect(kinds("javascript:alert(1)")).toEqual(["texto:javascript:alert(1)"]);
});
