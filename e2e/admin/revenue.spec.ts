import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { signUp } from "../support/customer.ts";
import { signInAs } from "../support/sign-in.ts";

/** The books from the other side: a payment is refunded in part, and report and files say so to the last micro-credit. */
test("an administrator refunds a payment, and the revenue report and the files follow", async ({ page, browser }) => {
  test.setTimeout(120_000);
  await signUp(page);
  const customer = page.url();
  await page.goto(new URL("/billing", customer).href);
  await page.getByRole("button", { name: "Top up" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Continue to payment" }).click();
  await page.getByRole("button", { name: /^Pay / }).click();
  await expect(page.getByText("25 credits were added")).toBeVisible();
  const receipt = /R-\d{4}-\d{8}/.exec(await page.getByText(/^Receipt R-/).innerText())?.[0] ?? "";

  const context = await browser.newContext();
  const admin = await context.newPage();
  await signInAs(admin, "Administrator");

  await test.step("the payment is found by its receipt, and refunded in part", async () => {
    await admin.goto("/admin/payments");
    await admin.getByRole("searchbox", { name: "Search by customer, receipt or reference" }).fill(receipt);
    await expect(admin).toHaveURL(/q=R-/);
    await expect(admin.getByText("1–1 of 1")).toBeVisible();
    await admin.getByRole("table", { name: "Payments" }).getByRole("link").first().click();
    await expect(admin.getByRole("heading", { level: 1, name: receipt })).toBeVisible();
    await admin.getByRole("button", { name: "Refund", exact: true }).click();
    const dialog = admin.getByRole("dialog");
    await expect(dialog.getByLabel("Amount in USD")).toHaveValue("25.00");
    await dialog.getByLabel("Amount in USD").fill("25.01");
    await dialog.getByLabel("Reason").fill("Bought too much");
    await dialog.getByRole("button", { name: "Refund", exact: true }).click();
    await expect(dialog.getByText("At most $25.00", { exact: true })).toBeVisible();
    await dialog.getByLabel("Amount in USD").fill("10");
    await expect(dialog.getByText("10.00 credits are taken back at once.")).toBeVisible();
    await dialog.getByRole("button", { name: "Refund $10.00" }).click();
    await expect(dialog).toBeHidden();
    await expect(admin.getByRole("table", { name: "In the ledger" })).toContainText("−10.00");
    await expect(admin.getByRole("table", { name: "What is known" })).toContainText("refunded as");
  });

  await test.step("credits that were paid for otherwise are granted as paid ones", async () => {
    await admin.getByRole("link", { name: /Grace Hopper/ }).first().click();
    await expect(admin).toHaveURL(/\/admin\/customers\/org_/);
    await admin.getByRole("button", { name: "Grant credits" }).click();
    const dialog = admin.getByRole("dialog");
    await dialog.getByLabel("Amount").fill("7");
    await dialog.getByLabel("Reason").fill("Bank transfer 4711");
    await dialog.getByText("Paid", { exact: true }).click();
    await dialog.getByRole("button", { name: "Grant 7.00 credits" }).click();
    await expect(dialog).toBeHidden();
    await expect(admin.getByText("22.00 paid, 25.00 promotional")).toBeVisible();
  });
  const organizationId = admin.url().split("/").at(-1) ?? "";

  await test.step("the customer's ledger as a file, with the balance after each entry", async () => {
    await admin.getByRole("button", { name: "CSV" }).click();
    const text = await downloaded(admin, () => admin.getByRole("button", { name: "Download" }).click());
    expect(text.split("\r\n").map((line) => line.split(",").at(-1)).filter(Boolean)).toEqual(["balance", "0.000000", "25.000000", "50.000000", "40.000000", "47.000000", "47.000000"]);
    const own = await downloaded(page, async () => {
      await page.getByRole("button", { name: "CSV" }).click();
      await page.getByRole("button", { name: "Download" }).click();
    });
    expect(own.split("\r\n").slice(0, 6)).toEqual(text.split("\r\n").slice(0, 6));
  });

  await test.step("the report has it, by month and day, and as files", async () => {
    await admin.goto("/admin/revenue");
    await expect(admin.getByRole("table", { name: "Movements of credits" }).getByRole("row", { name: /^Paid otherwise/ })).toBeVisible();
    await expect(admin.getByRole("table", { name: "Payments" })).toContainText("USD");
    const from = admin.getByRole("combobox", { name: "From" });
    const month = await admin.getByRole("combobox", { name: "To" }).inputValue();
    await from.click();
    await admin.getByRole("option", { name: month }).click();
    await expect(admin).toHaveURL(/from=(\d{4}-\d\d)&to=\1/);
    await expect(admin.getByRole("radio", { name: "Days" })).toBeChecked();
    const byCustomer = admin.locator("section").filter({ has: admin.getByRole("heading", { name: "By customer" }) });
    const text = await downloaded(admin, () => byCustomer.getByRole("button", { name: "CSV" }).click());
    const row = text.split("\r\n").find((line) => line.startsWith(organizationId));
    expect(row?.split(",").slice(2)).toEqual(["22.000000", "25.000000", "0.000000", "0.000000", "0.000000", "0.000000", "0.000000", "47.000000", "15.00 USD"]);
  });
  await context.close();
});

/** The text of the file that is saved when something is done. */
async function downloaded(page: Page, act: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return (await readFile(await download.path(), "utf8")).replace("\uFEFF", "");
}
