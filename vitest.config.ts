import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["studio/static/js/**/__tests__/*.test.ts"], environment: "node", maxWorkers: 2 },
});
