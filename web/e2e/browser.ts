/** One Chromium for the whole run, found on this machine. */
import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";
import { LAUNCH } from "../scripts/chromium.mjs";

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await chromium.launchServer({ ...LAUNCH });
  provide("browser", server.wsEndpoint());
  return () => server.close();
}

declare module "vitest" {
  interface ProvidedContext {
    browser: string;
  }
}
