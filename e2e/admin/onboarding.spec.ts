import { expect, type Page, test } from "@playwright/test";
import { signInAs } from "../support/sign-in.ts";

/** Before there is a device: a machine's place by the device, the map and numbers; a copy of another machine; what was left is found and thrown away. */
const name = (what: string): string => `${what} ${Date.now().toString(36)}`;

async function next(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Save and continue" }).click();
}

test("a machine gets its place, its own slots, a copy, and an end", async ({ page, context }) => {
  test.setTimeout(180_000);
  const original = name("Harbour");
  const copy = name("Harbour copy");
  await signInAs(page, "Administrator");
  await page.goto("/admin/machines/new");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill(original);
  await next(page);

  const latitude = page.getByLabel("Latitude");
  const longitude = page.getByLabel("Longitude");
  const map = page.getByRole("application", { name: /^Place on the map/ });
  await test.step("by what the device tells, or not", async () => {
    // Its outline is fetched when it is shown for the first time.
    await expect(map).toBeVisible({ timeout: 60_000 });
    await context.clearPermissions();
    await page.getByRole("button", { name: "Use this device's position" }).click();
    await expect(page.getByText("This page may not ask for the position.")).toBeVisible();
    await context.setGeolocation({ latitude: 35.1028, longitude: 129.0403, accuracy: 20 });
    await context.grantPermissions(["geolocation"]);
    await page.getByRole("button", { name: "Use this device's position" }).click();
    await expect(page.getByText("accurate to about 20 m")).toBeVisible();
    await expect(latitude).toHaveValue("35.1028");
    await expect(map.getByRole("button", { name: /^Pin at 35\.1028, 129\.0403/ })).toBeVisible();
  });

  await test.step("by the map: a press sets the pin, the arrow keys move it, and dragging the map does not", async () => {
    const box = await map.boundingBox();
    if (!box) throw new Error("no map");
    // The pin was brought to the middle: left and above is further west and north.
    await map.click({ position: { x: box.width / 2 - 120, y: box.height / 2 - 90 } });
    await expect(latitude).not.toHaveValue("35.1028");
    const pressed = { latitude: Number(await latitude.inputValue()), longitude: Number(await longitude.inputValue()) };
    expect(pressed.latitude).toBeGreaterThan(35.1028);
    expect(pressed.longitude).toBeLessThan(129.0403);
    await map.getByRole("button", { name: /^Pin at/ }).focus();
    await page.keyboard.press("Shift+ArrowRight");
    await expect(async () => expect(Number(await longitude.inputValue())).toBeGreaterThan(pressed.longitude)).toPass();
    const moved = await longitude.inputValue();
    await page.mouse.move(box.x + 60, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + 160, box.y + 240, { steps: 5 });
    await page.mouse.up();
    await expect(longitude).toHaveValue(moved);
  });

  await test.step("by numbers, which must be on the earth", async () => {
    await latitude.fill("91");
    await expect(page.getByText("Between −90 and 90.")).toBeVisible();
    await next(page);
    await expect(page.getByRole("heading", { name: "Where does it stand?" })).toBeVisible();
    await latitude.fill("35.1028");
    await longitude.fill("");
    await next(page);
    await expect(page.getByText("Give both or neither.")).toBeVisible();
    await longitude.fill("129.0403");
    await next(page);
    await expect(page.getByRole("heading", { name: "What is in it?" })).toBeVisible();
  });

  await test.step("its slots are not quite the template's", async () => {
    await page.getByRole("radio", { name: /Locker wall/ }).click();
    await page.getByLabel("Capacity").fill("3");
    await page.getByRole("button", { name: "Slot A5" }).click();
    await expect(page.getByRole("gridcell", { name: /^A5/ })).toBeVisible();
    await page.getByRole("gridcell", { name: /^F4/ }).click();
    await page.getByRole("button", { name: "Remove F4" }).click();
    await expect(page.getByRole("gridcell", { name: /^F4/ })).toBeHidden();
    await page.getByRole("gridcell", { name: /^B1/ }).click();
    await page.getByRole("switch", { name: "For sale" }).click();
    await next(page);
    await expect(page.getByRole("heading", { name: "How does it reach the network?" })).toBeVisible();
    await page.getByRole("radiogroup", { name: "Connection" }).getByText("Ethernet").click();
    await next(page);
    await expect(page.getByRole("heading", { name: "Hand over the claim" })).toBeVisible();
  });

  await test.step("a copy begins with its slots and network, and without its place", async () => {
    await page.goto("/admin/machines/new");
    await page.getByRole("radiogroup", { name: "Start from" }).getByText("An existing machine").click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill(copy);
    await next(page);
    await expect(page.getByText("Choose the machine to copy.")).toBeVisible();
    await page.getByRole("combobox", { name: "Machine to copy" }).fill(original);
    await page.getByRole("option", { name: original }).click();
    await next(page);
    await expect(page.getByRole("heading", { name: "Where does it stand?" })).toBeVisible();
    await expect(page.getByLabel("Latitude")).toHaveValue("");
    await next(page);
    await expect(page.getByRole("radio", { name: /Locker wall/ })).toHaveAttribute("aria-checked", "true");
    await expect(page.getByRole("gridcell", { name: /^A5/ })).toBeVisible();
    await expect(page.getByRole("gridcell", { name: /^F4/ })).toBeHidden();
    await expect(page.getByRole("gridcell", { name: /^B1.*Not for sale/ })).toBeVisible();
  });

  await test.step("both are among the drafts; the copy goes on where it was left, and is discarded", async () => {
    await page.goto("/admin/machines");
    await page.getByRole("link", { name: "Show drafts" }).click();
    const row = page.getByRole("row").filter({ hasText: copy });
    await expect(row).toContainText("3 of 6 · Slots");
    await expect(page.getByRole("row").filter({ hasText: original }).filter({ hasNotText: copy })).toContainText("5 of 6 · Codes");
    await row.getByRole("link", { name: `Continue with ${copy}` }).click();
    await expect(page.getByRole("heading", { name: "What is in it?" })).toBeVisible();
    await page.goto("/admin/machines/drafts");
    for (const each of [copy, original]) {
      await page.getByRole("button", { name: `Discard ${each}`, exact: true }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Discard draft" }).click();
      await expect(page.getByRole("row").filter({ hasText: each })).toHaveCount(0);
      if (each === copy) await expect(page.getByRole("row").filter({ hasText: original })).toBeVisible();
    }
  });
});
