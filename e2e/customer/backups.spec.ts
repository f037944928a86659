import { expect, test } from "@playwright/test";
import { deleteVm, expectState, newProject, signUp, submitVm } from "../support/customer.ts";

/** What is kept of a VM is worth what one can make of it. */
test("a customer backs a VM up, deletes it with a last backup, and makes a new VM from that", async ({ page }) => {
  test.setTimeout(240_000);
  await signUp(page);

  await test.step("has a VM", async () => {
    await page.goto("/vms/new");
    await page.getByRole("radio", { name: /^Debian/ }).click();
    await page.getByRole("radio", { name: /^Small/ }).click();
    await newProject(page, "Archive");
    await page.getByLabel("Name", { exact: true }).fill("books-1");
    await submitVm(page, "books-1");
    await expectState(page, "running");
  });

  await test.step("takes a backup, and sees it ready without asking again", async () => {
    await page.getByRole("tab", { name: "Backups" }).click();
    await expect(page.getByText("No backups yet")).toBeVisible();
    await page.getByRole("button", { name: "Take backup" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("before the move");
    await page.getByRole("dialog").getByRole("button", { name: "Take backup" }).click();
    const row = page.getByRole("row", { name: /before the move/ });
    await expect(row.locator("[data-status=creating]")).toBeVisible();
    await expect(row.getByRole("button", { name: "Restore before the move" })).toBeEnabled({ timeout: 60_000 });
    await expect(row).toContainText("25 GB disk");
  });

  await test.step("deletes the VM with a last backup", async () => {
    await deleteVm(page, "books-1", { keepBackup: true });
    await expectState(page, "terminated", 60_000);
  });

  await test.step("finds both among the backups, marked as a deleted VM's", async () => {
    await page.goto("/backups");
    await expect(page.getByRole("row", { name: /books-1\s*deleted/ })).toHaveCount(2);
  });

  await test.step("makes a new VM from one: only sizes that hold it, with its price", async () => {
    await page.getByRole("link", { name: "New VM from before the move" }).click();
    await expect(page.getByRole("radio", { name: /before the move/ })).toBeChecked();
    await expect(page.getByRole("radio", { name: /^Nano/ })).toBeDisabled();
    await expect(page.getByRole("radio", { name: /^Small/ })).toBeChecked();
    await expect(page.getByText("Backup “before the move” of books-1")).toBeVisible();
    await submitVm(page, "books-1");
    await expectState(page, "running");
  });
});
