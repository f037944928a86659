import { expect, type Page, test } from "@playwright/test";
import { expectState, newProject, signUp, submitVm } from "../support/customer.ts";

/** What was charged, looked at from several sides: what is chosen is in the address, and stays after a reload. */
test("a customer finds out which VM and which project cost what, and when", async ({ page }) => {
  test.setTimeout(180_000);
  await signUp(page);
  for (const [name, project] of [["web-1", "Homepage"], ["db-1", "Backend"]] as const) await createVm(page, name, project);
  const breakdown = page.getByRole("table", { name: "Breakdown" });
  const hours = page.getByRole("table", { name: "Every hour" });

  await test.step("all that was charged, by resource and hour by hour", async () => {
    await page.goto("/billing");
    await page.getByRole("link", { name: "Charges", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Charges", level: 1 })).toBeVisible();
    for (const name of ["web-1", "db-1"]) {
      await expect(breakdown.getByRole("button", { name, exact: true })).toBeVisible();
      await expect(hours.getByRole("link", { name, exact: true }).first()).toBeVisible();
    }
  });

  await test.step("one VM alone, at a press on it; it is in the address", async () => {
    await breakdown.getByRole("button", { name: "web-1", exact: true }).click();
    await expect(page).toHaveURL(/resource=vm_[0-9a-z]{26}/);
    await expectOnly(page, "web-1", "db-1");
    await page.reload();
    await expectOnly(page, "web-1", "db-1");
    await expect(page.getByRole("search").getByLabel("Resource", { exact: true })).toHaveValue("web-1");
  });

  await test.step("one project, chosen from the list, and by project what it is of all", async () => {
    await page.goto("/billing/charges?by=project");
    for (const name of ["Homepage", "Backend"]) await expect(breakdown.getByRole("button", { name, exact: true })).toBeVisible();
    await page.getByRole("search").getByLabel("Project", { exact: true }).click();
    await page.getByRole("option", { name: "Backend" }).click();
    await expect(page).toHaveURL(/project=prj_[0-9a-z]{26}/);
    await expect(breakdown.getByRole("button", { name: "Homepage" })).toHaveCount(0);
    await expect(breakdown.getByRole("row", { name: /Backend/ })).toContainText("100%");
    await expectOnly(page, "db-1", "web-1");
  });

  await test.step("days by hand: they have to be in order, and of days before the first nothing was charged", async () => {
    await page.getByRole("button", { name: "Choose days" }).click();
    await page.getByLabel("From (UTC)").fill("2020-03-02");
    await page.getByLabel("To, included (UTC)").fill("2020-03-01");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await expect(page.getByText("To must be on or after From")).toBeVisible();
    await page.getByLabel("To, included (UTC)").fill("2020-03-04");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await expect(page).toHaveURL(/from=2020-03-02&to=2020-03-04|to=2020-03-04.*from=2020-03-02/);
    await expect(page.getByRole("button", { name: "Mar 2, 2020 – Mar 4, 2020" })).toBeVisible();
    await expect(page.getByText("Nothing was charged in this time").first()).toBeVisible();
    await expect(hours).toHaveCount(0);
    // A range of days takes their place.
    await page.getByText("7 days", { exact: true }).click();
    await expectOnly(page, "db-1", "web-1");
  });

  await test.step("the balance's chart is read with the arrow keys, and as a table", async () => {
    await page.goto("/billing");
    const chart = page.getByRole("figure", { name: "Balance and forecast, chart" });
    const read = chart.locator("[aria-live=polite]");
    await chart.getByLabel("The arrow keys move through its values").focus();
    await page.keyboard.press("ArrowRight");
    await expect(read).toContainText("Balance");
    const first = (await read.textContent()) ?? "";
    await page.keyboard.press("ArrowRight");
    await expect(read).not.toHaveText(first);
    await chart.getByRole("button", { name: "View as table" }).click();
    await expect(chart.getByRole("columnheader", { name: "Balance", exact: true })).toBeVisible();
    expect(await chart.getByRole("row").count()).toBeGreaterThan(2);
  });
});

async function createVm(page: Page, name: string, project: string): Promise<void> {
  await page.goto("/vms/new");
  await page.getByRole("radio", { name: /^Debian/ }).click();
  await page.getByRole("radio", { name: /^Nano/ }).click();
  await newProject(page, project);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await submitVm(page, name);
  await expectState(page, "running");
}

async function expectOnly(page: Page, name: string, other: string): Promise<void> {
  const hours = page.getByRole("table", { name: "Every hour" });
  await expect(hours.getByRole("link", { name, exact: true }).first()).toBeVisible();
  await expect(hours.getByRole("link", { name: other, exact: true })).toHaveCount(0);
}
