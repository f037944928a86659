import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { type DeviceProgram, startDevice } from "../support/device.ts";
import { makeMachine, type TestMachine } from "../support/machine.ts";

/** Somebody in front of a machine, with a phone and no account; the machine's device is a program of its own, as in the field. */
let device: DeviceProgram | undefined;
test.afterEach(async () => {
  await device?.kill();
  device?.remove();
});

interface Scene {
  machine: TestMachine;
  phone: Page;
}

async function open(page: Page, baseURL: string | undefined, faults: readonly string[] = []): Promise<Scene> {
  const machine = await makeMachine(page, baseURL ?? "");
  device = startDevice(baseURL ?? "", machine.token, faults);
  const pocket = await page.context().browser()?.newContext({ viewport: { width: 375, height: 760 }, baseURL: baseURL ?? "", locale: "en-US" });
  if (!pocket) throw new Error("no browser");
  const phone = await pocket.newPage();
  await expect(async () => {
    await phone.goto(`/m/${machine.slug}`);
    await expect(phone.getByRole("heading", { level: 1, name: /^Stall/ })).toBeVisible({ timeout: 2_000 });
    await expect(phone.getByRole("button", { name: "Add Water, slot A1" })).toBeEnabled({ timeout: 2_000 });
  }).toPass({ timeout: 40_000 });
  return { machine, phone };
}

async function orderBoth(phone: Page): Promise<void> {
  await phone.getByRole("button", { name: "Add Water, slot A1" }).click();
  await phone.getByRole("button", { name: "Add Juice, slot A2" }).click();
  await phone.getByRole("button", { name: /2 items\s*Review/ }).click();
  await phone.getByRole("dialog").getByRole("button", { name: "Pay $3.50" }).click();
  await expect(phone).toHaveURL(/\/pay\/test\//);
}

const payByCard = (phone: Page) => phone.getByRole("button", { name: /^Pay \$/ }).click();
const line = (phone: Page, name: string) => phone.getByRole("list", { name: "Items" }).getByRole("listitem").filter({ hasText: name });

test("two pieces by card come out one after the other, and there is a receipt", async ({ page, baseURL }) => {
  test.setTimeout(150_000);
  const { machine, phone } = await open(page, baseURL);
  await orderBoth(phone);
  const payment = phone.url();

  await test.step("the way back is there when the payment page was left", async () => {
    await phone.goto(`/m/${machine.slug}`);
    await phone.getByRole("link", { name: "Show it" }).click();
    await expect(phone.getByRole("heading", { level: 1, name: "Not paid yet" })).toBeVisible();
    await expect(phone.getByRole("button", { name: "Cancel order" })).toBeVisible();
    await phone.goto(payment);
  });

  await payByCard(phone);
  await expect(phone.getByRole("heading", { level: 1, name: /Coming out: Water/ })).toBeVisible();
  await expect(line(phone, "Juice")).toContainText("Waiting");
  await phone.reload();
  await expect(phone.getByRole("heading", { level: 1, name: "All out. Enjoy!" })).toBeVisible({ timeout: 40_000 });
  for (const name of ["Water", "Juice"]) await expect(line(phone, name)).toHaveAttribute("data-state", "dispensed");
  await expect(phone.getByText("Charged $3.50.")).toBeVisible();
  const download = phone.waitForEvent("download");
  await phone.getByRole("button", { name: "Receipt" }).click();
  expect((await download).suggestedFilename()).toMatch(/^receipt-O-\d{4}-\d{8}\.pdf$/);
  expect((await new AxeBuilder({ page: phone }).analyze()).violations).toEqual([]);

  await test.step("who has no secret sees nothing of it", async () => {
    const stranger = await page.context().browser()?.newPage();
    await stranger?.goto(phone.url());
    if (!stranger) throw new Error("no browser");
    await expect(stranger.getByRole("heading", { name: "This order is not known here" })).toBeVisible();
    await stranger.close();
  });
  await phone.context().close();
});

test("what jams is not charged, and the buyer is told, even where no socket comes through", async ({ page, baseURL }) => {
  test.setTimeout(150_000);
  const { phone } = await open(page, baseURL, ["--jam", "A2"]);
  await phone.routeWebSocket(/\/socket\.io\//, (socket) => socket.close());
  await phone.route("**/socket.io/**", (route) => route.abort());
  await orderBoth(phone);
  await payByCard(phone);
  await expect(phone.getByRole("heading", { level: 1, name: "Some items did not come out" })).toBeVisible({ timeout: 40_000 });
  await expect(line(phone, "Water")).toContainText("Out");
  await expect(line(phone, "Juice")).toContainText("Did not come out");
  await expect(phone.getByText("Charged $1.50. The other $2.00 was never charged.")).toBeVisible();
  await phone.context().close();
});

test("a price that changes is shown and agreed to; an order that is not paid can be given up", async ({ page, baseURL }) => {
  test.setTimeout(150_000);
  const { machine, phone } = await open(page, baseURL);
  await phone.getByRole("button", { name: "Add Water, slot A1" }).click();
  await phone.getByRole("button", { name: /1 item\s*Review/ }).click();
  const dialog = phone.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Pay $1.50" })).toBeEnabled();
  await machine.setPrice("A1", "1900000");
  await expect(dialog.getByText("Water: now $1.90, was $1.50")).toBeVisible();
  await expect(dialog.getByRole("button", { name: /^Pay/ })).toBeDisabled();
  await dialog.getByRole("button", { name: "Use the new prices" }).click();
  await dialog.getByRole("button", { name: "Pay $1.90" }).click();
  await expect(phone).toHaveURL(/\/pay\/test\//);
  await phone.getByRole("link", { name: /Cancel|back/i }).click();
  await phone.getByRole("button", { name: "Cancel order" }).click();
  await expect(phone.getByRole("heading", { level: 1, name: "Order cancelled" })).toBeVisible();
  await expect(phone.getByText("Nothing was charged, and nothing comes out.")).toBeVisible();
  await phone.context().close();
});

test("a machine that is away says so, and sells again when it is back", async ({ page, baseURL }) => {
  test.setTimeout(150_000);
  const { phone } = await open(page, baseURL);
  await device?.kill();
  await expect(phone.getByRole("heading", { name: "Not connected right now" })).toBeVisible({ timeout: 40_000 });
  await expect(phone.getByRole("button", { name: "Add Water, slot A1" })).toBeDisabled();
  device?.start();
  await expect(phone.getByRole("button", { name: "Add Water, slot A1" })).toBeEnabled({ timeout: 40_000 });
  await expect(phone.getByRole("heading", { name: "Not connected right now" })).toBeHidden();
  const answer = await phone.goto("/m/no-such-machine");
  expect(answer?.status()).toBe(404);
  await expect(phone.getByRole("heading", { level: 1, name: "No machine at this address" })).toBeVisible();
  await phone.context().close();
});
