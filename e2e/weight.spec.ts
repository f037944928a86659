import { expect, type Page, type Request, test } from "@playwright/test";
import { signInAs } from "./support/sign-in.ts";

/** What is fetched before somebody sees a page for the first time, in bytes of compressed JavaScript. */
const STOREFRONT_BYTES = 120 * 1024;
const DASHBOARD_BYTES = 250 * 1024;

/** Loads a page with an empty cache, and weighs its scripts as they come over the wire. */
async function expectScriptsWithin(page: Page, path: string, budget: number): Promise<void> {
  const scripts: Request[] = [];
  page.on("requestfinished", (request) => {
    if (request.resourceType() === "script") scripts.push(request);
  });
  await page.goto(path, { waitUntil: "networkidle" });
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const parts = await Promise.all(
    scripts.map(async (request) => {
      const headers = await (await request.response())?.allHeaders();
      const { responseBodySize } = await request.sizes();
      return { path: new URL(request.url()).pathname, bytes: responseBodySize, encoding: headers?.["content-encoding"], cached: headers?.["cache-control"] };
    }),
  );
  expect(parts.length).toBeGreaterThan(0);
  for (const part of parts) {
    // The smallest are sent as they are.
    if (part.bytes >= 256) expect(part, part.path).toMatchObject({ encoding: "br", cached: expect.stringContaining("immutable") });
  }
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(total, parts.map((part) => `${part.path}: ${part.bytes}`).join("\n")).toBeLessThanOrEqual(budget);
}

test("the storefront's first JavaScript is small on the wire: no dashboard code, on a phone in front of a machine", async ({ page }) => {
  await expectScriptsWithin(page, "/m/lobby-snacks", STOREFRONT_BYTES);
});

test("the dashboard's first JavaScript is within its budget: charts, consoles and maps come when they are shown", async ({ page, browser, baseURL }) => {
  await signInAs(page, "Customer");
  const fresh = await browser.newContext({ storageState: await page.context().storageState(), baseURL: baseURL ?? "" });
  await expectScriptsWithin(await fresh.newPage(), "/", DASHBOARD_BYTES);
  await fresh.close();
});
