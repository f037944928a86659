import { expect, test } from "@playwright/test";
import { type DeviceProgram, startDevice } from "../support/device.ts";
import { makeMachine } from "../support/machine.ts";

/** The fleet where it stands, as it is now: a machine comes, is looked at and goes, and nobody reloads the page. */
let device: DeviceProgram | undefined;
test.afterEach(async () => {
  await device?.kill();
  device?.remove();
});

test("a machine's marker changes when its device comes and when it goes", async ({ page, baseURL }) => {
  test.setTimeout(150_000);
  const machine = await makeMachine(page, baseURL ?? "");
  const name = `Stall ${machine.mark}`;
  const map = page.getByRole("application", { name: "Map of the machines" });
  const marker = (state: string) => map.getByRole("button", { name: `${name}, ${state}` });
  const entry = (state: string) => page.getByRole("listitem").getByRole("button", { name: `${name} ${state}` });

  await test.step("without a place it is counted, and the list leads to where one is given", async () => {
    await page.goto("/admin/machines");
    await page.getByRole("navigation", { name: "View" }).getByRole("link", { name: "Map" }).click();
    await page.getByRole("button", { name: "Show them" }).click();
    await page.getByRole("searchbox", { name: "Search by name" }).fill(machine.mark);
    await expect(entry("Never claimed")).toBeVisible();
    await expect(page.getByRole("link", { name: "Add location" })).toHaveAttribute("href", `/admin/machines/${machine.id}/setup?step=location`);
  });

  await machine.locate(-33.87, 151.21);
  await page.goto(`/admin/machines/map?q=${machine.mark}`);
  await expect(marker("Never claimed")).toBeVisible();
  await expect(entry("Never claimed")).toBeVisible();

  device = startDevice(baseURL ?? "", machine.token);
  await expect(marker("Online")).toBeVisible({ timeout: 40_000 });

  await test.step("a press shows how it is", async () => {
    await marker("Online").click();
    await expect(page.getByRole("heading", { name })).toBeVisible();
    await expect(page.getByText("100 %").or(page.getByText(/^\d+ %$/)).first()).toBeVisible();
    await expect(page.getByRole("link", { name: "Open machine" })).toHaveAttribute("href", `/admin/machines/${machine.id}`);
  });

  await device.kill();
  await expect(marker("Offline")).toBeVisible({ timeout: 40_000 });
  await expect(entry("Offline")).toBeVisible();
  await page.getByRole("group", { name: "Show" }).getByRole("button", { name: /^Online/ }).click();
  await expect(marker("Offline")).toHaveCount(0);
  await expect(page.getByText("No machine matches these filters")).toBeVisible();
});
