import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { calendar } from "./calendar.ts";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `make up` serves the API; the pages of a development server ask it under their own host name. */
const API = process.env.API_URL ?? "http://127.0.0.1:8000";
/** The page being built (`scripts/build.mjs`): each by itself, so that what it needs at once is one file and nothing it does not need. */
const PAGE = process.env.PAGE;
/** What `site` answers with one page, whatever follows: the same in development. */
const SHELLS: [RegExp, string][] = [
  [/^\/app(\/.*)?$/, "/static/app.html"],
  [/^\/console(\/.*)?$/, "/static/console.html"],
  [/^\/agendar(\/.*)?$/, "/static/agendar.html"],
  [/^\/convite$/, "/static/convite.html"],
  [/^\/seus-dados$/, "/static/seus-dados.html"],
];

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
 * Brings a page what it needs at once: `script`, which runs before the page's code is there, and on a wide screen the code of `wide`, which the page
 * would ask for only when its own has come. (The script may ask for it elsewhere: by `media` of the links.) The script stands in the page itself, and `site`
 * tells the browser its hash.
 */
function atOnce(page: string, script: string, wide: string): Plugin {
  const WIDE = 'media="(min-width: 761px)" crossorigin data-larga';
  return {
    name: "at-once",
    buildStart() {
      if (this.environment?.mode !== "dev" && PAGE === page) this.emitFile({ type: "chunk", id: file(`.${script}`) });
    },
    transformIndexHtml: {
      order: "post",
      handler(html, { path, server, bundle }) {
        if (!path.endsWith(page)) return undefined;
        if (server) return [{ tag: "script", attrs: { type: "module", async: true, src: `/static${script}` } }];
        const built = Object.values(bundle ?? {}).filter((one) => one.type === "chunk");
        const [first, next] = [script, wide].map((made) => built.find(({ facadeModuleId }) => facadeModuleId === file(`.${made}`)));
        if (!first || !next) throw new Error(`${script} or ${wide} is built differently now: look at atOnce in vite.config.ts`);
        const scripts = [next.fileName, ...next.imports].filter((name) => !html.includes(name));
        const styles = [...(next.viteMetadata?.importedCss ?? [])].filter((name) => !html.includes(name));
        // Nothing else needs it, and a request for it would take a phone as long as the answers it asks for.
        delete bundle![first.fileName];
        const head = [
          ...scripts.map((name) => `<link rel="modulepreload" ${WIDE} href="/static/${name}">`),
          ...styles.map((name) => `<link rel="preload" as="style" ${WIDE} href="/static/${name}">`),
          `<script>{${first.code.trim()}}</script>`,
        ];
        // Before it knows its width, a phone takes itself for a desk.
        return html.replace(/<meta name="viewport"[^>]*>/, (viewport) => [viewport, ...head].join("\n    "));
      },
    },
  };
}

/**
 * Puts a page's styles and its icon into the page: nothing is painted before the styles are there, and asked for by name they come a way later than the page.
 * `site` tells the browser the styles' hash. What is loaded later looks for them by name before it asks for them; a disabled link is found, and never fetched.
 */
function inside(): Plugin {
  return {
    name: "inside",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        if (!bundle) return undefined;
        const style = (_link: string, name: string) => {
          const made = bundle[name];
          if (made?.type !== "asset") throw new Error(`${name} is no style of this build: look at inside in vite.config.ts`);
          return `<style>${String(made.source).trim()}</style>\n    <link rel="stylesheet" disabled href="/static/${name}">`;
        };
        const icon = encodeURIComponent(readFileSync(file("./public/logo.svg"), "utf8").trim());
        return html
          .replace(/<link rel="stylesheet"[^>]*href="\/static\/([^"]+)"[^>]*>/g, style)
          .replace(/(<link rel="icon"[^>]*href=")\/static\/logo\.svg"/, (_link, start: string) => `${start}data:image/svg+xml,${icon}"`);
      },
    },
  };
}

type Modules = { getModuleInfo: (id: string) => { importedIds: readonly string[] } | null };

/**
 * Whether a page needs a module at once. That is one file: a phone waits for each longer than for its bytes, and each is a call of `site`. The app's agenda is
 * asked for only when the app is there, but is where most visits begin.
 */
const atFirst = (() => {
  const roots = [`./${PAGE}`, ...(PAGE === "app.html" ? ["./src/app/agenda/Agenda.svelte"] : [])];
  let found: Set<string> | undefined;
  return (id: string, modules: Modules): boolean => {
    if (!found) {
      found = new Set(roots.map(file));
      // A set is walked to what is added on the way.
      for (const one of found) for (const next of modules.getModuleInfo(one)?.importedIds ?? []) found.add(next);
    }
    return found.has(id);
  };
})();

export default defineConfig({
  base: "/static/",
  plugins: [
    ...calendar(PAGE === "app.html"),
    icons(),
    svelte(),
    atOnce("app.html", "/src/app/first.ts", "/src/app/agenda/Grid.svelte"),
    inside(),
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
    // A small drawing is in the script that shows it; the policy allows nothing else to be.
    assetsInlineLimit: (path) => (path.endsWith(".svg") ? undefined : false),
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // On a slow machine it would tell a newcomer of `make up` which plugin took how long.
      checks: { bundlerTimings: false },
      ...(PAGE ? { input: PAGE } : {}),
      output: {
        codeSplitting: {
          groups: [
            { name: (id, modules) => (PAGE && atFirst(id, modules) ? PAGE.replace(".html", "") : null), debugName: "at first", priority: 1 },
            // What three or more of the parts need that are opened later.
            { name: "depois", minShareCount: 3 },
          ],
        },
      },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
