import { expect, test } from "@playwright/test";
import { signInAs } from "../support/sign-in.ts";

/** Filling a machine on a phone: what to bring, slot by slot over a network that comes and goes, and what became of it on the machine's page. */
test.use({ viewport: { width: 375, height: 740 } });

test("somebody fills a machine with a phone", async ({ page, context }) => {
  await signInAs(page, "Customer");
  await page.goto("/machines/refill");
  const first = page.getByRole("checkbox").first();
  await first.check();
  await expect(page.getByRole("heading", { name: "What to bring" })).toBeVisible();
  await expect(page.getByText("For 1 machine")).toBeVisible();
  await page.getByRole("link", { name: "Refill" }).first().click();

  await page.getByRole("button", { name: "Start refilling" }).click();
  const confirms = page.getByRole("button", { name: /^Confirm [A-Z]/ });
  await expect(confirms.first()).toBeVisible();
  const code = (await confirms.first().getAttribute("aria-label"))?.split(" ").at(-1) ?? "";

  await test.step("what is confirmed without a connection is kept and saved when it is back", async () => {
    await context.setOffline(true);
    await confirms.first().click();
    await expect(page.getByText(/slot is not saved yet/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Finish" })).toBeDisabled();
    await context.setOffline(false);
    await expect(page.getByText(/slot is not saved yet/)).toBeHidden();
  });

  await test.step("it is gone on with after the page was left", async () => {
    await page.reload();
    await expect(page.getByRole("button", { name: `Change ${code}` })).toBeVisible();
  });

  await page.getByRole("button", { name: "Finish" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Finish" }).click();
  await expect(page.getByText("Refilled", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "To the machine" }).click();
  await expect(page.getByRole("table", { name: "Movements" }).getByRole("row", { name: new RegExp(`${code} .*Refilled`) }).first()).toBeVisible();
});
