// Measures the first load: `npx playwright test --config bench/bench.config.ts`. The variables are those of the journeys
// (SOTAY_SERVER, SOTAY_SITE, SOTAY_CHROMIUM, LEPTOS_…), and SOTAY_DISTRICT: a data folder that
// `cargo run --release --package server --example phones -- setup FOLDER` filled. Prints one line of JSON. No part of the tests.
import { defineConfig } from "@playwright/test";
import tests from "../playwright.config.ts";

export default defineConfig({
  ...tests,
  testDir: ".",
  testMatch: "snapshot.ts",
  // The district is made already; nothing else may run beside it.
  globalSetup: undefined,
  workers: 1,
  // What the recorder does in the page would be measured too: it makes the load three times as long.
  use: { ...tests.use, trace: "off", screenshot: "off" },
  reporter: [["line"]],
  outputDir: "../test-results/bench",
});
