import { expect, test } from "@playwright/test";
import { signUp } from "../support/customer.ts";
import { signInAs } from "../support/sign-in.ts";

/** A customer gets credits and loses them again; both see the same. */
test("an administrator grants credits, the customer has them, and what is revoked is gone", async ({ page, browser }) => {
  test.setTimeout(120_000);
  const email = await signUp(page);
  const customer = page.url();
  const context = await browser.newContext();
  const admin = await context.newPage();
  await signInAs(admin, "Administrator");
  await admin.goto(`/admin/customers?q=${encodeURIComponent(email)}`);
  await admin.getByRole("link", { name: "Grace Hopper" }).first().click();
  await expect(admin).toHaveURL(/\/admin\/customers\/org_/);

  await test.step("a grant that ends says what the balance will be", async () => {
    await admin.getByRole("button", { name: "Grant credits" }).click();
    const dialog = admin.getByRole("dialog");
    await dialog.getByLabel("Amount").fill("12.5");
    await dialog.getByLabel("Reason").fill("Sorry for the trouble");
    await dialog.getByLabel("Until (optional)").fill("2099-12-31");
    await expect(dialog.getByText("37.50 credits")).toBeVisible();
    await dialog.getByRole("button", { name: "Grant 12.50 credits" }).click();
    await expect(dialog).toBeHidden();
    await expect(admin.getByText("Available", { exact: true }).locator("..")).toContainText("37.50");
  });

  await test.step("the customer sees it, and until when", async () => {
    await page.goto(new URL("/billing", customer).href);
    await expect(page.getByText("Available", { exact: true }).locator("..")).toContainText("37.50");
    const lots = page.getByRole("table", { name: "What you have" });
    await expect(lots.getByRole("row", { name: /Sorry for the trouble/ })).toContainText("2099");
  });

  await test.step("a part of it is revoked, with the effect said before", async () => {
    await admin.getByRole("button", { name: "Revoke: Sorry for the trouble" }).click();
    const dialog = admin.getByRole("dialog");
    await expect(dialog.getByLabel("Amount")).toHaveValue("12.5");
    await dialog.getByLabel("Amount").fill("13");
    await dialog.getByLabel("Reason").fill("Given twice");
    await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
    await expect(dialog.getByText("At most 12.5 credits").first()).toBeVisible();
    await dialog.getByLabel("Amount").fill("2.5");
    await expect(dialog.getByText("loses 2.5 credits of this grant")).toBeVisible();
    await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(admin.getByText("Available", { exact: true }).locator("..")).toContainText("35.00");
    await page.reload();
    await expect(page.getByText("Available", { exact: true }).locator("..")).toContainText("35.00");
  });

  await test.step("the books are right", async () => {
    await admin.goto("/admin/ledger");
    await admin.getByRole("button", { name: "Check now" }).click();
    await expect(admin.getByRole("table", { name: "Self-checks" }).locator("[data-status=pass]").first()).toBeVisible();
  });
  await context.close();
});
