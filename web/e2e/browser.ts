/** One Chromium for the whole run, found on this machine. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FOLDERS = (process.env.PATH ?? "").split(":");

function find(): string {
  const asked = process.env.CHROMIUM;
  const found = asked ?? FOLDERS.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`)).find((path) => existsSync(path));
  if (!found) throw new Error("no Chromium on this machine: install the package `chromium`, or set CHROMIUM to its path");
  return found;
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await chromium.launchServer({
    executablePath: find(),
    args: ["--host-resolver-rules=MAP *.localhost 127.0.0.1", "--no-sandbox", "--disable-dev-shm-usage"],
  });
  provide("browser", server.wsEndpoint());
  return () => server.close();
}

declare module "vitest" {
  interface ProvidedContext {
    browser: string;
  }
}
