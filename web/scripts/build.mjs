// Builds the pages, each by itself (`vite.config.ts` says how): what two of them need is in both, and each is there after one file. Every page of the
// folder above is one.
import { readdirSync } from "node:fs";
import { build } from "vite";

const WEB = new URL("..", import.meta.url).pathname;
const pages = readdirSync(WEB).filter((name) => name.endsWith(".html"));

for (const [nth, page] of pages.entries()) {
  process.env.PAGE = page;
  await build({ root: WEB, logLevel: "warn", build: { emptyOutDir: nth === 0, copyPublicDir: nth === 0 } });
}
