// Takes the README's pictures: `npm run screens`, with the same variables as the journeys. No part of the tests.
import { defineConfig } from "@playwright/test";
import tests from "../playwright.config.ts";

export default defineConfig({
  ...tests,
  testDir: ".",
  testMatch: "readme.ts",
  globalSetup: "../support/demo.ts",
  outputDir: "../test-results/readme",
});
