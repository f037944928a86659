import { expect, type Request, test } from "@playwright/test";

/** What a phone has to fetch before somebody in front of a machine can choose: no dashboard code, and as small as the build can make it. */
const BUDGET_BYTES = 120 * 1024;

test("the storefront's first JavaScript is small on the wire", async ({ page }) => {
  const scripts: Request[] = [];
  page.on("requestfinished", (request) => {
    if (request.resourceType() === "script") scripts.push(request);
  });
  await page.goto("/m/lobby-snacks", { waitUntil: "networkidle" });
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
  expect(total, parts.map(({ path, bytes }) => `${path}: ${bytes}`).join("\n")).toBeLessThanOrEqual(BUDGET_BYTES);
});
