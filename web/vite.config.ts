import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
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

export default defineConfig({
  base: "/static/",
  plugins: [
    {
      // The calendar scrolls after a tick, when its view may be gone already: somebody changes views fast, and an error is thrown for nothing.
      name: "calendar-scroll",
      enforce: "pre",
      transform(code, id) {
        if (!/@event-calendar\/core\/src\/plugins\/time-grid\/View\.svelte$/.test(id)) return undefined;
        if (!code.includes("mainEl.scrollTop = (")) throw new Error("the calendar scrolls differently now: look at calendar-scroll in vite.config.ts");
        return code.replace("mainEl.scrollTop = (", "if (mainEl) mainEl.scrollTop = (");
      },
    },
    {
      // The calendar makes a button of an article, which no screen reader has to take for one.
      name: "calendar-button",
      enforce: "pre",
      transform(code, id) {
        if (!/@event-calendar\/core\/src\/lib\/components\/BaseEvent\.svelte$/.test(id)) return undefined;
        if (!code.includes("<article")) throw new Error("the calendar draws events differently now: look at calendar-button in vite.config.ts");
        return code.replace("<article", "<div").replace("</article>", "</div>");
      },
    },
    svelte(),
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
    rollupOptions: { input: pages },
  },
  test: { include: ["src/**/*.test.ts"] },
});
