import { expect, test } from "@playwright/test";
import { type DeviceProgram, startDevice } from "../support/device.ts";
import { makeMachine } from "../support/machine.ts";

/** Many prices at once, seen from both ends: an administrator who changes them, and a buyer who has one of the products in the cart. */
let device: DeviceProgram | undefined;
test.afterEach(async () => {
  await device?.kill();
  device?.remove();
});

test("prices change for products and in one machine, and the buyer agrees to the new one", async ({ page, baseURL }) => {
  test.setTimeout(150_000);
  const machine = await makeMachine(page, baseURL ?? "");
  device = startDevice(baseURL ?? "", machine.token);
  const pocket = await page.context().browser()?.newContext({ viewport: { width: 375, height: 760 }, baseURL: baseURL ?? "", locale: "en-US" });
  if (!pocket) throw new Error("no browser");
  const phone = await pocket.newPage();
  await expect(async () => {
    await phone.goto(`/m/${machine.slug}`);
    await expect(phone.getByRole("button", { name: "Add Water, slot A1" })).toBeEnabled({ timeout: 2_000 });
  }).toPass({ timeout: 40_000 });
  await phone.getByRole("button", { name: "Add Water, slot A1" }).click();
  await phone.getByRole("button", { name: /1 item\s*Review/ }).click();
  const cart = phone.getByRole("dialog");
  await expect(cart.getByRole("button", { name: "Pay $1.50" })).toBeEnabled();

  const products = page.getByRole("table", { name: "Products" });
  const preview = page.getByRole("table", { name: "Product prices" });
  const row = (name: string) => preview.getByRole("row").filter({ hasText: name });

  await test.step("both products by ten percent: seen before, then done", async () => {
    await page.goto(`/admin/machines/products?organization=${machine.organizationId}&q=${machine.mark}`);
    await expect(products.getByRole("button", { name: "Water" })).toBeVisible();
    await products.getByRole("checkbox").first().check();
    await page.getByRole("toolbar", { name: "2 products chosen" }).getByRole("link", { name: "Change prices" }).click();
    await page.getByRole("textbox", { name: "Percent" }).fill("10");
    await expect(row("Water")).toContainText(/1\.50.*1\.65/);
    await expect(row("Juice")).toContainText(/2\.00.*2\.20/);
    await expect(page.getByText("2 slots in 1 machine will cost something else.")).toBeVisible();
    await page.getByRole("textbox", { name: "Percent" }).fill("0");
    await expect(page.getByText("From -99 to 1000 with at most two decimals, and not zero.")).toBeVisible();
    await expect(page.getByRole("button", { name: /^Change \d+ price/ })).toBeHidden();
    await page.getByRole("textbox", { name: "Percent" }).fill("10");
    await page.getByRole("button", { name: "Change 2 prices" }).click();
    await expect(page.getByText("Prices changed. 1 machine is told.")).toBeVisible();
    await page.getByRole("searchbox").fill(machine.mark);
    await expect(products.getByRole("row").filter({ hasText: `JUICE-${machine.mark.toUpperCase()}` })).toContainText("2.20");
  });

  await test.step("the cart shows it and asks", async () => {
    await expect(cart.getByText("Water: now $1.65, was $1.50")).toBeVisible();
    await expect(cart.getByRole("button", { name: /^Pay/ })).toBeDisabled();
    await cart.getByRole("button", { name: "Use the new prices" }).click();
    await expect(cart.getByRole("button", { name: "Pay $1.65" })).toBeEnabled();
  });

  await test.step("in this machine alone: its slots get prices of their own", async () => {
    await page.goto(`/admin/machines/products/prices?organization=${machine.organizationId}`);
    await page.getByText("Chosen machines").click();
    await page.getByRole("combobox", { name: "Machines" }).fill(machine.mark);
    await page.getByRole("option", { name: `Stall ${machine.mark}` }).click();
    await page.keyboard.press("Escape");
    await page.getByText("To one price").click();
    await page.getByRole("textbox", { name: "New price in credits" }).fill("1.90");
    await page.getByRole("button", { name: "Change 2 prices" }).click();
    await expect(page.getByText("Prices changed. 1 machine is told.")).toBeVisible();
    await expect(cart.getByText("Water: now $1.90, was $1.65")).toBeVisible();
  });

  await test.step("a product that is archived is not for sale any more", async () => {
    await page.goto(`/admin/machines/products?organization=${machine.organizationId}&q=${machine.mark}`);
    await products.getByRole("button", { name: "Juice" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Archive product" }).click();
    await page.getByRole("dialog", { name: "Archive Juice?" }).getByRole("button", { name: "Archive product" }).click();
    await expect(products.getByRole("row").filter({ hasText: `JUICE-${machine.mark.toUpperCase()}` })).toContainText("Archived");
    await phone.reload();
    await expect(phone.getByRole("heading", { level: 3, name: "Water" })).toBeVisible();
    await expect(phone.getByRole("heading", { level: 3, name: "Juice" })).toHaveCount(0);
  });
  await pocket.close();
});
