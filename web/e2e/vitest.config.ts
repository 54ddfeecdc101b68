import { defineConfig } from "vitest/config";

/** One browser, one system: the journeys run one after the other. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
    globalSetup: ["./browser.ts"],
  },
});
