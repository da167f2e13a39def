// The phone that every journey uses: 360×740, touch, Vietnamese, in the system's Chromium.
import type { BrowserContextOptions, LaunchOptions } from "@playwright/test";

export const phoneContext: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
  locale: "vi-VN",
  timezoneId: "Asia/Ho_Chi_Minh",
  serviceWorkers: "allow",
};

export const chromium: LaunchOptions = {
  executablePath: process.env["SOTAY_CHROMIUM"] ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ],
};

export const ACTION_LIMIT_MS = 10_000;
export const NAVIGATION_LIMIT_MS = 30_000;
