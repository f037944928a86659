import { expect, test } from "@playwright/test";
import { buildImage, mergedImage } from "../../src/server/machines/testing/firmware-images.ts";
import { signInAs } from "../support/sign-in.ts";

test("firmware: a merged image is refused with the reason, a build is taken, and reaches the demo's machines by a rollout", async ({ page }) => {
  test.setTimeout(180_000);
  const version = `9.${Date.now() % 100_000}.0`;
  const image = buildImage({ version, segments: [60_000, 20_000] });
  await signInAs(page, "Administrator");
  await page.goto("/admin/firmware");
  await page.getByRole("button", { name: "Upload firmware" }).first().click();
  const file = page.locator("input[type=file]");
  await file.setInputFiles({ name: "flash.bin", mimeType: "application/octet-stream", buffer: mergedImage(image) });
  await expect(page.getByText("flash.bin was not taken")).toBeVisible();
  await expect(page.getByText("merged image of a whole flash")).toBeVisible();
  await file.setInputFiles({ name: "machine.bin", mimeType: "application/octet-stream", buffer: image });
  await expect(page.getByRole("heading", { level: 1, name: `switchyard-machine ${version}` })).toBeVisible();
  await page.getByRole("link", { name: "Roll out" }).click();
  await page.getByLabel("Name", { exact: true }).fill(`To all: ${version}`);
  await page.getByLabel("Wait between steps").fill("0");
  await page.getByRole("button", { name: "Plan rollout" }).click();
  await expect(page.getByRole("heading", { level: 1, name: `To all: ${version}` })).toBeVisible();
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
  // The page follows by itself.
  await expect(page.getByText("First group")).toBeVisible();
  await expect(page.locator('[data-status="succeeded"]').first()).toBeVisible({ timeout: 90_000 });
});
