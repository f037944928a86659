import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig, devices } from "@playwright/test";

/** The whole product, as `npm start` runs it, in a real Chromium. `npm test -- e2e` chooses free ports and finds the browser. */
const port = Number(process.env.E2E_PORT ?? 3100);
const mqttPort = Number(process.env.E2E_MQTT_PORT ?? 3101);
// Workers read this file too: the folder is made once, by the first.
process.env.E2E_DATA_DIR ??= mkdtempSync(join(tmpdir(), "switchyard-e2e-"));

/** What starts real VMs on this computer. */
const HYPERVISOR = "**/libvirt-journey.spec.ts";

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: "../test-results",
  // One server has the load of all tests, on two processors.
  workers: 2,
  retries: 0,
  // A VM that starts brings a network interface with it, and a browser that sees one come or go gives up what it is asking for at that moment (ERR_NETWORK_CHANGED): nothing else
  // is under way then.
  projects: [
    { name: "product", testIgnore: HYPERVISOR },
    { name: "hypervisor", testMatch: HYPERVISOR, dependencies: ["product"] },
  ],
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    ...devices["Desktop Chrome"],
    // What is not there by then will not come: the test says which, instead of running out of its own time.
    actionTimeout: 20_000,
    baseURL: `http://localhost:${port}`,
    locale: "en-US",
    timezoneId: "Asia/Seoul",
    viewport: { width: 1280, height: 800 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-background-networking"],
    },
  },
  webServer: {
    command: "node --max-old-space-size=256 --max-semi-space-size=16 src/server/main.ts",
    cwd: "..",
    url: `http://localhost:${port}/readyz`,
    timeout: 120_000,
    // A server that is being worked on, instead of a new one for each run.
    reuseExistingServer: process.env.E2E_REUSE === "1",
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
    env: {
      NODE_ENV: "production",
      PORT: String(port),
      MQTT_PORT: String(mqttPort),
      DATA_DIR: process.env.E2E_DATA_DIR,
      LOG_LEVEL: "warn",
      // As slow as a real hypervisor: a creation lasts longer than it takes to read the password, so its steps are seen while they happen.
      SIMULATION_SPEED: "1",
      RATE_LIMIT_PER_MINUTE: "100000",
    },
  },
});
