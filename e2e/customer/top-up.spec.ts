import { expect, test } from "@playwright/test";
import { signUp } from "../support/customer.ts";

/** Credits for money, at the test provider's page: its webhook comes over HTTP, as any other's. */
test("a customer tops up in two clicks, gets the receipt, and tops up automatically with the saved card", async ({ page }) => {
  test.setTimeout(120_000);
  await signUp(page);
  await page.goto("/billing");
  await expect(page.getByRole("heading", { name: "Billing", level: 1 })).toBeVisible();
  const available = page.getByText("Available", { exact: true }).locator("..");
  await expect(available).toContainText("25.00");

  await test.step("a declined card leaves the payment open, another one pays it", async () => {
    await page.getByRole("button", { name: "Top up" }).first().click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByText("$25.00")).toBeVisible();
    await dialog.getByRole("checkbox", { name: "Save the card for automatic top-ups" }).check();
    await dialog.getByRole("button", { name: "Continue to payment" }).click();
    await expect(page).toHaveURL(/\/pay\/test\/cs_test_/);
    await expect(page.getByText("This is a test.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Pay $25.00" })).toBeEnabled();
    await page.getByRole("radio", { name: "Is declined", exact: true }).check();
    await page.getByRole("button", { name: "Pay $25.00" }).click();
    await expect(page.getByText("The card was declined.")).toBeVisible();
    await page.getByRole("radio", { name: "Succeeds", exact: true }).check();
    await expect(page.getByRole("checkbox", { name: "Save this card for later" })).toBeChecked();
    await page.getByRole("button", { name: "Pay $25.00" }).click();
  });

  await test.step("the balance rises while one looks", async () => {
    await expect(page).toHaveURL(/\/billing\?topup=tup_/);
    await expect(page.getByText("25 credits were added")).toBeVisible();
    await expect(available).toContainText("50.00");
    await expect(page.getByRole("table", { name: "Top-ups" }).locator("[data-status=paid]")).toHaveCount(1);
  });

  await test.step("the receipt says what was paid", async () => {
    await page.getByRole("link", { name: "Open the receipt" }).click();
    await expect(page.getByRole("heading", { level: 1, name: /^Receipt R-\d{4}-\d{8}$/ })).toBeVisible();
    await expect(page.getByText("$25.00")).toBeVisible();
    await page.getByRole("link", { name: "Billing", exact: true }).first().click();
  });

  await test.step("automatic top-up buys with the saved card when the balance is below the threshold", async () => {
    await expect(page.getByText("Charges Visa •••• 4242")).toBeVisible();
    await page.getByRole("switch", { name: "Top up automatically" }).click({ force: true });
    await page.getByLabel("When fewer credits are available than").fill("60");
    await page.getByLabel("At most in a calendar month (UTC)").fill("25");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByRole("table", { name: "Top-ups" }).locator("[data-status=paid]")).toHaveCount(2, { timeout: 75_000 });
    await expect(available).toContainText("75.00");
    await expect(page.getByText("25 of 25 credits are used this month")).toBeVisible();
  });
});

test("a payment that is disputed is taken back, and nobody finds a page that is not there", async ({ page }) => {
  await signUp(page);
  await page.goto("/billing");
  await page.getByRole("button", { name: "Top up" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Continue to payment" }).click();
  await page.getByRole("radio", { name: /disputed/ }).check();
  await page.getByRole("button", { name: /^Pay / }).click();
  await expect(page.getByText("25 credits were added")).toBeVisible();
  await expect(page.getByText("Your bank is taking this payment back")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("Available", { exact: true }).locator("..")).toContainText("25.00");
  await page.goto("/pay/test/cs_test_nothing");
  await expect(page.getByRole("heading", { name: "There is no such payment" })).toBeVisible();
});
