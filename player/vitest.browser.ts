import { defineConfig } from "vitest/config";

/** What needs real browsers, one file after another: they share the machine's few cores. */
export default defineConfig({
  test: {
    include: ["browser/**/*.test.ts"],
    globalSetup: ["browser/setup.ts"],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
