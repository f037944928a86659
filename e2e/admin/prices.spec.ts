import { expect, test } from "@playwright/test";
import { deleteVm, expectState, newProject, signUp, submitVm } from "../support/customer.ts";
import { signInAs } from "../support/sign-in.ts";

/** An administrator schedules a price; the customer whose VM it concerns sees it come, and go when it is withdrawn. */
test("a price for all is previewed, scheduled, told to the customer and withdrawn", async ({ page, browser }) => {
  test.setTimeout(150_000);
  await signUp(page);
  await test.step("the customer has a VM", async () => {
    await page.goto("/vms/new");
    await newProject(page, "Prices");
    await page.getByRole("radio", { name: /^Large/ }).check();
    await page.getByLabel("Name", { exact: true }).fill("priced");
    await submitVm(page, "priced");
    await expectState(page, "running", 60_000);
  });
  const vm = page.url();
  const context = await browser.newContext();
  const admin = await context.newPage();
  await signInAs(admin, "Administrator");
  await admin.goto("/admin/catalog");
  await admin.getByRole("button", { name: "Large", exact: true }).click();
  const drawer = admin.getByRole("dialog", { name: "Plan Large" });
  const versions = drawer.getByRole("listitem").filter({ hasText: "to come" });

  await test.step("what it does is said before it is saved", async () => {
    await drawer.getByRole("button", { name: "Change price" }).click();
    await drawer.getByLabel("While it runs").fill("1,5");
    await drawer.getByLabel("From", { exact: true }).fill("2020-01-01T00:00");
    await drawer.getByRole("button", { name: "Save price" }).click();
    await expect(drawer.getByLabel("While it runs")).toHaveAttribute("aria-invalid", "true");
    await drawer.getByLabel("While it runs").fill("1.5");
    await drawer.getByRole("button", { name: "Save price" }).click();
    await expect(drawer.getByText("must not be in the past").first()).toBeVisible();
    await drawer.getByLabel("From", { exact: true }).fill("2099-03-01T09:00");
    await drawer.getByText("All VMs", { exact: true }).click();
    // Others of the installation may have such VMs too.
    await expect(drawer.getByText(/\d+ customers?: \d+ VMs? running/)).toBeVisible();
    await expect(drawer.getByRole("table", { name: "Customers with the biggest rises" }).getByRole("row", { name: /Grace Hopper/ }).first()).toContainText("1.5100 / h");
    await expect(versions).toHaveCount(0);
  });

  await test.step("it is saved as a version to come", async () => {
    await drawer.getByRole("button", { name: "Save price" }).click();
    await expect(versions).toHaveCount(1);
    await expect(versions).toContainText("1.5100 / h");
    await expect(versions).toContainText("All VMs");
    await expect(drawer.getByRole("listitem").filter({ hasText: "0.0620 / h" })).toContainText("now");
  });

  await test.step("the customer sees when, from what to what, and what that makes in a month", async () => {
    await page.goto("/billing");
    const coming = page.getByRole("table", { name: "Prices to come" });
    await expect(coming.getByRole("rowheader")).toContainText("2099");
    const row = coming.getByRole("row", { name: /^priced/ });
    await expect(row).toContainText("0.0620 / h");
    await expect(row).toContainText("1.5100 / h");
    await expect(row).toContainText("+1,057.04");
    await row.getByRole("link", { name: "priced" }).click();
    await expect(page).toHaveURL(vm);
    await expect(page.getByText("1.5100 / h").first()).toBeVisible();
  });

  await test.step("withdrawn, it is gone for both, on the open page too", async () => {
    await page.goto("/billing");
    await expect(page.getByRole("table", { name: "Prices to come" })).toBeVisible();
    await versions.getByRole("button", { name: "Withdraw" }).click();
    const question = admin.getByRole("dialog", { name: "Withdraw this price?" });
    await question.getByRole("button", { name: "Withdraw" }).click();
    await expect(question).toBeHidden();
    await expect(versions).toHaveCount(0);
    await expect(page.getByRole("table", { name: "Prices to come" })).toBeHidden();
  });
  await context.close();
  await page.goto(vm);
  await deleteVm(page, "priced");
});
