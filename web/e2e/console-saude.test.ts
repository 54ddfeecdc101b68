/** The console's health: what the assistant could not handle is seen, taken back to its queue, and handled after all. */
import { describe, it } from "vitest";
import { DESKTOP, EVOLUTION, PHONE, expect, open, overflows, violations } from "./harness";

const INSTANCE = "DrMarco";
/** Where `make up` has its queue. */
const QUEUE = process.env.QUEUE_URL ?? "http://127.0.0.1:9324/123456789012/entrada.fifo";
/** Whoever emulates AWS asks only whose service is meant. */
const SQS = "AWS4-HMAC-SHA256 Credential=local/20260101/sa-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";

/** A patient's word laid aside as SQS does it: the assistant is not to be broken for that, as long as others talk to it. */
async function laidAside(number: string): Promise<void> {
  const now = new Date().toISOString();
  const contact = { telefone: `+${number}`, lid: null, jid: `${number}@s.whatsapp.net` };
  const event = { kind: "message", id: `P${number}`, contact, profile_name: "Perfil", from_me: false, content: { text: "oi" }, quoted_id: null };
  const answer = await fetch(QUEUE.replace(/\.fifo$/, "-dlq.fifo"), {
    method: "POST",
    headers: { authorization: SQS },
    body: new URLSearchParams({
      Action: "SendMessage",
      Version: "2012-11-05",
      MessageBody: JSON.stringify({ version: 1, instance: INSTANCE, sent_at: now, received_at: now, event }),
      MessageGroupId: `${INSTANCE}#${number}`,
      MessageDeduplicationId: `${INSTANCE}/message/P${number}`,
    }),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

/** What the patient's phone has heard; nobody has written to it before. */
async function heard(number: string): Promise<string> {
  const answer = await fetch(`${EVOLUTION}/simulador/conversas/${INSTANCE}/${number}`);
  if (!answer.ok) return "";
  const { messages } = (await answer.json()) as { messages: { from_me: boolean; text: string }[] };
  return messages.filter(({ from_me }) => from_me).map(({ text }) => text).join("\n");
}

describe.each([DESKTOP, PHONE])("at %i pixels", (width) => {
  it("what stopped is shown without what it says, goes back to its queue, and the patient is answered", async () => {
    const number = `55119${Math.floor(10_000_000 + Math.random() * 89_999_999)}`;
    await laidAside(number);
    const page = await open("admin", "/console/saude", { login: "operador@horariointeligente.com.br", again: true, width });
    await page.getByText(/^\d+ mensage(m parada|ns paradas)$/).waitFor();
    await page.getByRole("button", { name: "Ver o que parou" }).click();
    const stopped = page.getByRole("dialog", { name: "Mensagens paradas" });
    await stopped.getByRole("row", { name: /Dr\. Marco Clínica.*Mensagem/ }).first().waitFor();
    expect(await stopped.innerText()).not.toContain(number.slice(-8));
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "Devolver à fila" }).click();
    const back = page.getByRole("dialog", { name: "Devolver à fila" });
    await back.getByRole("button", { name: "Devolver", exact: true }).click();
    await back.getByText("Não resta nenhuma parada.").waitFor();
    expect(await violations(page)).toEqual([]);
    await back.getByRole("button", { name: "Fechar" }).last().click();
    await page.getByText("Nada parado", { exact: true }).waitFor();
    await expect.poll(() => heard(number), { timeout: 30_000 }).toContain("assistente virtual");
  });
});
