/** Every page people see is in `scripts/pages.mjs`, so that axe, both widths and the pictures miss none; and each has its pictures. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { LOOKS, PAGES, picture } from "../scripts/pages.mjs";
import { VIEWS } from "./app/agenda/window";
import { SECTIONS } from "./app/ajustes/sections";
import { PAGES as APP } from "./app/pages";
import { PAGES as CONSOLE } from "./console/pages";
import { find } from "./shell/pages";

const names = (folder: string, ending: string) => {
  const found = readdirSync(new URL(`../${folder}`, import.meta.url)).filter((name) => name.endsWith(ending));
  return found.map((name) => name.slice(0, -ending.length)).sort();
};
const addresses = PAGES.map(({ path }) => new URL(path, "http://prosaude.localhost"));
const walked = new Set(addresses.map(({ pathname }) => pathname));

test("every page of both menus is walked, every section of the settings and every view of the agenda", () => {
  const pages = [...APP, ...CONSOLE].map(({ href }) => href);
  const sections = SECTIONS.map(({ slug }) => `/app/ajustes/${slug}`);
  expect([...pages, ...sections].filter((path) => !walked.has(path))).toEqual([]);
  const views = addresses.filter(({ pathname }) => pathname === "/app/agenda").map(({ searchParams }) => searchParams.get("ver"));
  expect(views.sort()).toEqual(VIEWS.map(({ id }) => id).sort());
});

test("what is walked is there", () => {
  const shown = addresses.map(({ pathname }) => pathname).filter((path) => /^\/(app|console)\//.test(path));
  expect(shown.filter((path) => !find([...APP, ...CONSOLE], path))).toEqual([]);
  const sections = shown.filter((path) => path.startsWith("/app/ajustes/")).map((path) => path.split("/").at(-1));
  expect(sections.sort()).toEqual(SECTIONS.map(({ slug }) => slug).sort());
});

test("every page that is a file of its own is walked", () => {
  // What a whole app stands in has no page of its own, and the last is shown where no file is.
  const shells = ["app", "console", "404"];
  const alone = names(".", ".html").filter((name) => !shells.includes(name));
  expect(alone.filter((name) => ![`/${name}`, `/static/${name}.html`].some((path) => walked.has(path)))).toEqual([]);
  expect([...walked]).toContain("/static/nada");
});

test("docs/screens has every page in every look, and nothing else: `make screenshots` takes them", () => {
  const wanted = LOOKS.flatMap((look) => PAGES.map((page) => picture(look, page)));
  expect(names("../docs/screens", ".webp")).toEqual(wanted.sort());
});
