/** A visit at another time or for longer: by its form, by keyboard or finger, and by mouse. */
import type { Locator, Page } from "playwright-core";
import { test } from "vitest";
import { type Free, free } from "./agenda";
import { DESKTOP, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const SECRETARIA = "secretaria@prosaude.com";

interface Visit {
  id: number;
  paciente_nome: string;
  hora: string;
  duracao: number;
}

const book = (page: Page, { medico, day }: Free, hora: string, nome: string) =>
  call<Visit>(page, "POST", "/api/agendamentos", { medico_id: medico.id, data: day, hora, duracao: 30, paciente_nome: unique(nome) });

const keyed = (one: Locator) => one.press("Enter");
const tapped = (one: Locator) => one.tap();

test.each([
  ["by keyboard", DESKTOP, keyed],
  ["on a phone", PHONE, tapped],
])("%s a visit is lengthened, moved by less than its length, and told when it runs into the next", async (_, width, press) => {
  const page = await open("prosaude", "/app/agenda?ver=lista", { login: SECRETARIA, again: true, width });
  const place = await free(page, 8);
  const [first, , third] = place.times;
  const [one, next] = [await book(page, place, first!, "Lia Longa"), await book(page, place, third!, "Vizinha")];
  const kept = async () => call<Visit>(page, "GET", `/api/agendamentos/${one.id}`);
  await page.goto(page.url().split("?")[0] + `?dia=${place.day}&ver=lista&profissionais=${place.medico.id}`);
  const moving = async () => {
    await press(page.getByRole("button", { name: one.paciente_nome }));
    const drawer = page.getByRole("dialog", { name: one.paciente_nome });
    await press(drawer.getByRole("button", { name: "Mudar horário" }));
    await drawer.getByRole("radio").first().waitFor();
    return drawer;
  };

  let drawer = await moving();
  expect(await drawer.getByRole("radio", { name: first!, exact: true }).isChecked()).toBe(true);
  expect(await violations(page)).toEqual([]);
  expect(await overflows(page)).toBe(false);
  await press(drawer.getByRole("button", { name: "Mudar", exact: true }));
  await drawer.getByText("Nada mudou").waitFor();
  await drawer.getByLabel("Duração (minutos)").fill("60");
  await press(drawer.getByRole("button", { name: "Mudar para 60 min" }));
  await drawer.waitFor({ state: "detached" });
  expect(await kept()).toMatchObject({ hora: first, duracao: 60 });

  // Half an hour later, it would lie over where it lies now; but then it would reach into the next.
  drawer = await moving();
  await drawer.getByLabel("Duração (minutos)").fill("90");
  await drawer.getByText(`${first} não está livre por 90 min`).waitFor();
  await drawer.getByLabel("Duração (minutos)").fill("30");
  const later = drawer.getByRole("radio", { name: place.times[1]!, exact: true });
  await (width === PHONE ? later.tap({ force: true }) : later.press("Space"));
  await press(drawer.getByRole("button", { name: `Mudar para ${place.times[1]}` }));
  await drawer.waitFor({ state: "detached" });
  expect(await kept()).toMatchObject({ hora: place.times[1], duracao: 30 });
  expect((await call<Visit>(page, "GET", `/api/agendamentos/${next.id}`)).hora).toBe(third);
});

test("by mouse a visit is moved, a drag is given up with Escape, and nothing else is drawn anew", async () => {
  const page = await open("prosaude", "/app/agenda?ver=lista", { login: SECRETARIA });
  const place = await free(page, 8);
  const [one, other] = [await book(page, place, place.times[0]!, "Dora Arrastada"), await book(page, place, place.times[7]!, "Quieta")];
  const kept = async ({ id }: Visit) => (await call<Visit>(page, "GET", `/api/agendamentos/${id}`)).hora;
  await page.goto(page.url().split("?")[0] + `?dia=${place.day}&ver=dia&profissionais=${place.medico.id}`);
  const shown = ({ paciente_nome }: Visit) => page.locator(".ec-event.consulta", { hasText: paciente_nome });
  await shown(other).evaluate((element: HTMLElement) => (element.dataset.visto = "sim"));
  const changes: string[] = [];
  page.on("request", (request) => void (request.method() === "PATCH" && changes.push(request.url())));
  // What was clicked last may have scrolled the hours.
  const places = async () => {
    await shown(one).scrollIntoViewIfNeeded();
    const { x, y, height } = (await shown(one).boundingBox())!;
    return { from: { x: x + 30, y: y + 5 }, to: { x: x + 30, y: y + 5 + height } };
  };
  const drag = async () => {
    const { from, to } = await places();
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    for (let step = 1; step <= 5; step += 1) await page.mouse.move(to.x, from.y + ((to.y - from.y) * step) / 5);
    // It says where it would be, not where it is.
    await page.locator(".ec-preview", { hasText: `${place.times[1]}–` }).waitFor();
    return { from, to };
  };

  // Given up: over another place, and over its own.
  for (const end of ["to", "from"] as const) {
    const { x, y } = (await drag())[end];
    await page.keyboard.press("Escape");
    await page.locator(".ec-preview").waitFor({ state: "detached" });
    await page.mouse.move(x, y);
    await page.mouse.up();
  }
  // Taken away by the device, as a phone does; the next click is one.
  await drag();
  await page.evaluate(() => window.dispatchEvent(new PointerEvent("pointercancel", { isPrimary: true })));
  await page.locator(".ec-preview").waitFor({ state: "detached" });
  await page.mouse.up();
  await shown(other).click();
  await page.getByRole("dialog", { name: other.paciente_nome }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  // Put back where it was.
  const { from } = await drag();
  await page.mouse.move(from.x, from.y);
  await page.mouse.up();
  await page.locator(".ec-preview").waitFor({ state: "detached" });
  expect(await page.locator(".ec-ghost").count()).toBe(0);
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(changes).toEqual([]);

  await drag();
  await page.mouse.up();
  await page.getByText(`${one.paciente_nome}: `).waitFor();
  expect(await kept(one)).toBe(place.times[1]);
  // Somebody else moves it on: within a few seconds, and only it.
  const { versao } = await call<{ versao: number }>(page, "GET", `/api/agendamentos/${one.id}`);
  await call(page, "PATCH", `/api/agendamentos/${one.id}`, { hora: place.times[3], versao });
  await shown(one).filter({ hasText: place.times[3]! }).waitFor();
  expect(await shown(other).getAttribute("data-visto")).toBe("sim");
  // A click is still one.
  await shown(one).click();
  await page.getByRole("dialog", { name: one.paciente_nome }).waitFor();
});

test("by its lower edge a visit is lengthened, put back, and refused where the next begins", async () => {
  const page = await open("prosaude", "/app/agenda?ver=lista", { login: SECRETARIA, again: true, expects: [409] });
  const place = await free(page, 8);
  const [one, next] = [await book(page, place, place.times[0]!, "Ema Esticada"), await book(page, place, place.times[2]!, "Seguinte")];
  const kept = async () => (await call<Visit>(page, "GET", `/api/agendamentos/${one.id}`)).duracao;
  await page.goto(page.url().split("?")[0] + `?dia=${place.day}&ver=dia&profissionais=${place.medico.id}`);
  const shown = ({ paciente_nome }: Visit) => page.locator(".ec-event.consulta", { hasText: paciente_nome });
  /** Pulls the lower edge down by so many half hours, as high as the visit is drawn. */
  const pull = async (halves: number) => {
    await shown(one).scrollIntoViewIfNeeded();
    const [edge, { height }] = [(await shown(one).locator(".ec-resizer").last().boundingBox())!, (await shown(next).boundingBox())!];
    const [x, y] = [edge.x + edge.width / 2, edge.y + edge.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let step = 1; step <= 6; step += 1) await page.mouse.move(x, y + (halves * height * step) / 6);
    await page.mouse.up();
  };

  await pull(1);
  await expect.poll(kept).toBe(60);
  await page.getByRole("button", { name: "Desfazer" }).click();
  await page.getByText("Desfeito.").waitFor();
  expect(await kept()).toBe(30);
  await pull(2);
  await page.getByRole("dialog", { name: `${one.paciente_nome} ficou onde estava` }).waitFor();
  expect(await kept()).toBe(30);
});
