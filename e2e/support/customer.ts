import { randomBytes } from "node:crypto";
import { expect, type Page } from "@playwright/test";

/** What a customer does in several journeys. */

/** Creates an account in the browser and waits for its first page. @returns the e-mail address, by which it is told from others of the same name */
export async function signUp(page: Page): Promise<string> {
  const email = `new-${randomBytes(5).toString("hex")}@example.com`;
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Grace Hopper");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  return email;
}

/** Makes a project where a VM is created. */
export async function newProject(page: Page, name: string): Promise<void> {
  const field = page.getByLabel("Name of the project");
  if (!(await field.isVisible())) await page.getByRole("button", { name: "New project" }).click();
  await field.fill(name);
  await page.getByRole("button", { name: "Create project" }).click();
  await expect(field).toBeHidden();
}

/** Creates the VM of the filled form, with its password put away, and goes to its page. */
export async function submitVm(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Create VM" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(`Password of ${name}`)).toBeVisible();
  await dialog.getByRole("checkbox", { name: "I have saved the password" }).check();
  await dialog.getByRole("button", { name: `Continue to ${name}` }).click();
  await expect(page).toHaveURL(/\/vms\/vm_[0-9a-z]{26}/);
}

/** Presses a button of the VM's page that asks first. */
export async function power(page: Page, action: "Stop" | "Restart"): Promise<void> {
  await page.getByRole("button", { name: action, exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: action, exact: true }).click();
}

/** Deletes the VM whose page is open, by typing its name; with a last backup if one wants. */
export async function deleteVm(page: Page, name: string, { keepBackup = false } = {}): Promise<void> {
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Delete VM" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Delete VM" })).toBeDisabled();
  if (keepBackup) await dialog.getByRole("checkbox", { name: "Keep a last backup" }).check();
  await dialog.getByLabel(`Type ${name} to confirm`).fill(name);
  await dialog.getByRole("button", { name: "Delete VM" }).click();
}

/** Waits until the VM's page shows the state. */
export async function expectState(page: Page, status: string, timeout = 30_000): Promise<void> {
  await expect(page.locator(`header [data-status=${status}]`).first()).toBeVisible({ timeout });
}
