// One phone-sized browser against the release server. Specs start and stop their own servers:
// SOTAY_SERVER is the program, SOTAY_SITE the site folder, both set by `cargo xtask test e2e`.
import { defineConfig } from "@playwright/test";
import { ACTION_LIMIT_MS, NAVIGATION_LIMIT_MS, chromium, phoneContext } from "./support/profile.ts";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  globalSetup: "./support/demo.ts",
  forbidOnly: true,
  // A journey that passes at the second try has found something.
  retries: 0,
  // Two cores: more browsers only make each other late.
  workers: 2,
  fullyParallel: true,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    ...phoneContext,
    browserName: "chromium",
    actionTimeout: ACTION_LIMIT_MS,
    navigationTimeout: NAVIGATION_LIMIT_MS,
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: chromium,
  },
});
