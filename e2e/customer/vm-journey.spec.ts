import { expect, test } from "@playwright/test";
import { deleteVm, expectState, newProject, power, signUp, submitVm } from "../support/customer.ts";

/** A VM for credits, as somebody who has never been here does it. */
const SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKKOAHY5l1jgJRmQ7tbOlDNsKGjJBuHtFJEcOuZJLsXz ada@laptop";

test("a new customer gets a VM, watches it, stops, starts, restarts and deletes it, and sees what it cost", async ({ page }) => {
  test.setTimeout(180_000);
  await signUp(page);
  await expect(page.getByText("25.00").first()).toBeVisible();

  await test.step("sees the price and what the balance allows before creating", async () => {
    await page.goto("/vms");
    await page.getByRole("link", { name: "Create VM" }).first().click();
    await expect(page.getByRole("heading", { name: "Create VM", level: 1 })).toBeVisible();
    await page.getByRole("radio", { name: /^Debian/ }).click();
    await page.getByRole("radio", { name: /^Nano/ }).click();
    await newProject(page, "Homepage");
    await page.getByRole("button", { name: "Add SSH key" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Public key").fill(SSH_KEY);
    await dialog.getByRole("button", { name: "Add SSH key" }).click();
    await expect(dialog).toBeHidden();
    await page.getByLabel("Name", { exact: true }).fill("web-1");
    await expect(page.getByText("Price an hour", { exact: true })).toBeVisible();
    await expect(page.getByText("Available after", { exact: true })).toBeVisible();
  });

  await test.step("is shown the password once, and the steps while they happen", async () => {
    await submitVm(page, "web-1");
    await expect(page.getByRole("list", { name: "Steps" }).getByText("Create the disk")).toBeVisible();
    await expectState(page, "running");
    await expect(page.getByText(/^10\.\d+\.\d+\.\d+$/).first()).toBeVisible();
  });

  await test.step("watches live metrics", async () => {
    await page.getByRole("tab", { name: "Metrics" }).click();
    await page.getByRole("button", { name: "View as table" }).first().click();
    const rows = page.getByRole("table").first().getByRole("row");
    await expect(async () => expect(await rows.count()).toBeGreaterThan(2)).toPass({ timeout: 60_000 });
  });

  await test.step("stops, starts and restarts it", async () => {
    await power(page, "Stop");
    await expectState(page, "stopped");
    await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeDisabled();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await expectState(page, "running");
    await power(page, "Restart");
    await expect(page.locator("h1 ~ [data-status=restarting], [data-status=restarting]").first()).toBeVisible();
    await expectState(page, "running");
  });

  await test.step("deletes it by typing its name", async () => {
    await deleteVm(page, "web-1");
    await expectState(page, "terminated");
  });

  await test.step("finds each credit in the ledger", async () => {
    await page.goto("/billing");
    await expect(page.getByRole("heading", { name: "Billing", level: 1 })).toBeVisible();
    const ledger = page.getByRole("table").last();
    await expect(ledger.getByText("Grant")).toHaveCount(1);
    await expect(ledger.getByText("Usage")).toHaveCount(2);
    await expect(page.locator(".recharts-surface").first()).toBeVisible();
    await expect(page.getByText("nothing burns now", { exact: true })).toBeVisible();
  });
});
