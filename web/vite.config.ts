import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Where `make up` serves the API; the pages of a development server ask it under their own host name. */
const API = process.env.API_URL ?? "http://127.0.0.1:8000";
/** Every page of this folder is one. */
const pages = readdirSync(fileURLToPath(new URL(".", import.meta.url))).filter((name) => name.endsWith(".html"));
/** What `site` answers with one page, whatever follows: the same in development. */
const SHELLS: [RegExp, string][] = [
  [/^\/app(\/.*)?$/, "/static/app.html"],
  [/^\/console(\/.*)?$/, "/static/console.html"],
  [/^\/agendar(\/.*)?$/, "/static/agendar.html"],
  [/^\/convite$/, "/static/convite.html"],
];

/** Mends a file of the calendar; `why` is what is wrong with it. */
function calendar(file: string, why: string, changes: [string, string][]): Plugin {
  return {
    name: `calendar: ${file}`,
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("@event-calendar/core/src/") || !id.endsWith(`/${file}`)) return undefined;
      return changes.reduce((mended, [from, to]) => {
        if (!mended.includes(from)) throw new Error(`${file} says no more “${from}”. Look whether this is still so, in vite.config.ts: ${why}`);
        return mended.replace(from, to);
      }, code);
    },
  };
}

/**
 * The calendar calls itself a table and its parts rows and cells, but not all of them, so what it tells a screen reader is worse than nothing. The visits
 * stay buttons with their words; the list is the view to be read aloud.
 */
function noTable(): Plugin {
  const said = /\s(?:role="(?:row|rowgroup|rowheader|columnheader|\{[^"]*'(?:columnheader|table)'[^"]*\})"|aria-col(?:span|index)="\{[^"]*\}")/g;
  const left = /role="(?:row|rowgroup|rowheader|columnheader|cell|table)"|role = '|'(?:columnheader|table)'|aria-col/;
  return {
    name: "calendar: no table",
    enforce: "pre",
    transform(code, id) {
      if (!/@event-calendar\/core\/src\/.*\.svelte$/.test(id)) return undefined;
      const plain = code.replace(said, "").replace("role = 'cell'", "role = undefined");
      if (left.test(plain)) throw new Error(`${id} still says it is part of a table. Look at noTable in vite.config.ts.`);
      return plain;
    },
  };
}

/**
 * Makes of each icon the markup it comes to. Lucide builds it element by element in the browser, through several objects that watch each other: between an
 * eighth and a fifth of the script with which the agenda's list is first drawn. What is left to choose is the size; whatever else is given to an icon counts
 * for nothing.
 */
function icons(): Plugin {
  const attributes = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"';
  const element = ([tag, made]: [string, Record<string, string>]) => `<${tag} ${Object.entries(made).map(([name, value]) => `${name}="${value}"`).join(" ")} />`;
  return {
    name: "icons",
    enforce: "pre",
    transform(code, id) {
      if (!/@lucide\/svelte\/dist\/icons\/[^/]+\.svelte$/.test(id)) return undefined;
      const data = /const iconData = (\{.*\});/.exec(code)?.[1];
      if (!data) throw new Error(`${id} is written differently now: look at icons in vite.config.ts`);
      const { node } = JSON.parse(data) as { node: [string, Record<string, string>][] };
      return `<script>let { size = 24 } = $props();</script>\n<svg width={size} height={size} viewBox="0 0 24 24" ${attributes}>${node.map(element).join("")}</svg>`;
    },
  };
}

/**
 * Brings a page what it needs at once: `script`, which runs before the page's code is there, and the code of `opened`, which the page would ask for
 * only when its own has come. The script is no part of the page's entry: Vite makes one of all the scripts of a page, and it waits for everything
 * it is made of.
 */
function atOnce(page: string, script: string, opened: string): Plugin {
  const file = (path: string) => fileURLToPath(new URL(`.${path}`, import.meta.url));
  const run = (src: string) => ({ tag: "script", attrs: { type: "module", async: true, src }, injectTo: "head-prepend" as const });
  const fetched = (rel: string, href: string) => ({ tag: "link", attrs: { rel, crossorigin: true, href }, injectTo: "head" as const });
  return {
    name: "at-once",
    buildStart() {
      if (this.environment?.mode !== "dev") this.emitFile({ type: "chunk", id: file(script) });
    },
    transformIndexHtml: {
      order: "post",
      handler(html, { path, server, bundle }) {
        if (!path.endsWith(page)) return undefined;
        if (server) return [run(`/static${script}`)];
        const built = Object.values(bundle ?? {}).filter((one) => one.type === "chunk");
        const [first, next] = [script, opened].map((made) => built.find(({ facadeModuleId }) => facadeModuleId === file(made)));
        if (!first || !next) throw new Error(`${script} or ${opened} is built differently now: look at atOnce in vite.config.ts`);
        const scripts = [next.fileName, ...next.imports].filter((name) => !html.includes(name));
        const styles = [...(next.viteMetadata?.importedCss ?? [])].filter((name) => !html.includes(name));
        return [
          run(`/static/${first.fileName}`),
          ...scripts.map((name) => fetched("modulepreload", `/static/${name}`)),
          ...styles.map((name) => fetched("stylesheet", `/static/${name}`)),
        ];
      },
    },
  };
}

export default defineConfig({
  base: "/static/",
  plugins: [
    calendar("time-grid/View.svelte", "The calendar scrolls after a tick, when its view may be gone already: somebody changes views fast.", [
      ["mainEl.scrollTop = (", "if (mainEl) mainEl.scrollTop = ("],
    ]),
    calendar("lib/components/BaseEvent.svelte", "It makes a button of an article, which no screen reader has to take for one.", [
      ["<article", "<div"],
      ["</article>", "</div>"],
    ]),
    calendar("lib/components/BaseEvent.svelte", "A visit that is picked up loses its focus: the browser lays the whole page out to find who has it.", [
      ["role={onclick ?", "role={onclick || display === 'ghost' ?"],
      ["tabindex={onclick ?", "tabindex={onclick || display === 'ghost' ?"],
    ]),
    calendar("time-grid/derived.js", "It draws every event anew when one changes.", [
      ["import {untrack}", `import { keeper, unchanged } from ${JSON.stringify(fileURLToPath(new URL("src/app/agenda/kept.ts", import.meta.url)))};\nimport {untrack}`],
      ["export function eventChunks(mainState, viewState) {", "export function eventChunks(mainState, viewState) {\n    let [keep, keepBg] = [keeper(), keeper()];"],
      ["return {chunks, bgChunks,", "chunks = keep(chunks);\n        bgChunks = keepBg(bgChunks);\n        return {chunks, bgChunks,"],
      ["export function slotTimeLimits(mainState) {", "export function slotTimeLimits(mainState) {\n    let last;"],
      ["return limits;", "return last = unchanged(last, limits);"],
    ]),
    noTable(),
    icons(),
    svelte(),
    atOnce("app.html", "/src/app/first.ts", "/src/app/agenda/Agenda.svelte"),
    {
      // Nothing is painted before its style is there; scripts come after the first paint, and no connection is free for both.
      name: "styles-first",
      transformIndexHtml: {
        order: "post",
        handler(html) {
          const styles = html.match(/ *<link rel="stylesheet"[^>]*>\n/g) ?? [];
          const without = styles.reduce((rest, style) => rest.replace(style, ""), html);
          return without.replace(/ *<(script|link rel="modulepreload")/, (first) => styles.join("") + first);
        },
      },
    },
    {
      name: "shells",
      configureServer(server) {
        server.middlewares.use((request, _response, next) => {
          const [path = "", query] = (request.url ?? "").split("?");
          const shell = SHELLS.find(([pattern]) => pattern.test(path))?.[1];
          if (shell) request.url = query ? `${shell}?${query}` : shell;
          next();
        });
      },
    },
  ],
  server: { host: "127.0.0.1", allowedHosts: [".localhost"], proxy: { "/api": { target: API, changeOrigin: false } } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: pages,
      // What three or more pages share is one file: a phone waits for each file longer than for its bytes. Not the doors: their styles would be
      // everywhere.
      output: { codeSplitting: { groups: [{ name: "comum", test: (id) => !/[\\/]src[\\/]entrada[\\/]/.test(id), minShareCount: 3 }] } },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
