import { expect, test } from "@playwright/test";
import mqtt from "mqtt";
import { type DeviceProgram, startDevice } from "../support/device.ts";
import { signInAs } from "../support/sign-in.ts";
import { readQr } from "../support/qr.ts";

/** A machine by QR: the wizard, the code read from the screen by a decoder, the device as a program of its own, and its page while it lives and dies. */
let device: DeviceProgram | undefined;
test.afterEach(async () => {
  await device?.kill();
  device?.remove();
});

test("an administrator brings a machine online with the code on the screen", async ({ page, baseURL }) => {
  test.setTimeout(180_000);
  // Other tests' drafts stand beside it in the list.
  const name = `Main hall, left ${Date.now().toString(36)}`;
  await signInAs(page, "Administrator");
  await page.goto("/admin/machines");
  await page.getByRole("link", { name: "Add machine" }).click();

  await test.step("answers the wizard's questions, leaves, and finds everything again", async () => {
    await page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
    await page.getByRole("button", { name: "Save and continue" }).click();
    await page.getByLabel("Address").fill("Platform 4, Central Station");
    await page.getByRole("button", { name: "Save and continue" }).click();
    await page.getByRole("radio", { name: /Drinks cooler/ }).click();
    await page.getByRole("button", { name: "New product" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill("Sparkling water");
    await dialog.getByLabel("Article number").fill(`W-${Date.now().toString(36)}`);
    await dialog.getByLabel("Price in credits").fill("1.80");
    await dialog.getByRole("button", { name: "Add product" }).click();
    await expect(dialog).toBeHidden();
    await page.getByRole("button", { name: "Same for row A" }).click();
    await page.getByRole("button", { name: "Save and continue" }).click();
    await expect(page.getByRole("heading", { name: "How does it reach the network?" })).toBeVisible();

    await page.goto("/admin/machines");
    await page.getByRole("link", { name: `Continue setting up ${name}` }).click();
    await expect(page.getByRole("heading", { name: "How does it reach the network?" })).toBeVisible();
    await page.getByRole("button", { name: "Location" }).click();
    await expect(page.getByLabel("Address")).toHaveValue("Platform 4, Central Station");
    await page.getByRole("button", { name: "Network" }).click();
    await page.getByLabel("Network name (SSID)").fill("station-guest");
    await page.getByLabel("Heartbeat").fill("5");
    await page.getByRole("button", { name: "Save and continue" }).click();
  });

  let token = "";
  await test.step("gets the codes: the claim QR holds the address, nothing else", async () => {
    await page.getByRole("button", { name: "Show the codes" }).click();
    const claim = page.getByRole("img", { name: /^Claim QR code/ });
    const address = readQr(await claim.screenshot());
    expect(address).toMatch(/^HTTP:\/\/LOCALHOST:\d+\/C\/[0-9A-HJKMNP-TV-Z]{26}$/);
    token = address.split("/").at(-1) ?? "";
    const provisioning = JSON.parse(readQr(await page.getByRole("img", { name: "Espressif provisioning" }).screenshot())) as Record<string, string>;
    expect(provisioning).toMatchObject({ ver: "v1", transport: "softap", network: "wifi" });
    for (const file of ["config.json", ".csv", "README.md"]) await expect(page.getByRole("button", { name: file })).toBeVisible();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "config.json" }).click();
    expect((await download).suggestedFilename()).toBe("config.json");
  });

  await test.step("opens the page behind the code, as the installer's phone would", async () => {
    const phone = await page.context().browser()?.newPage({ viewport: { width: 375, height: 700 } });
    if (!phone) throw new Error("no browser");
    await phone.goto(`${baseURL}/C/${token}`);
    await expect(phone.getByText(name)).toBeVisible();
    await phone.close();
  });

  await test.step("sees the last step turn green by itself", async () => {
    await page.getByRole("button", { name: "Continue to the live check" }).click();
    await expect(page.getByText("Waiting for a device to claim it")).toBeVisible();
    device = startDevice(baseURL ?? "", token);
    await expect(page.getByText("Claimed by a device")).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText(`${name} is online`)).toBeVisible({ timeout: 30_000 });
    await page.getByRole("button", { name: "Open the machine" }).click();
  });

  await test.step("watches it live, loses it when its plug is pulled, and has it back", async () => {
    const state = (status: string) => page.locator(`header [data-status=${status}]`).first();
    await expect(state("online")).toBeVisible();
    await expect(page.getByText(/°C/).first()).toBeVisible();
    await expect(page.getByText("Sparkling water").first()).toBeVisible();
    await page.getByRole("tab", { name: "Diagnostics" }).click();
    await page.getByRole("button", { name: "Identify" }).click();
    await expect(page.getByText("Machine is at it")).toBeVisible();
    await expect(page.getByRole("log").getByText("identify")).toBeVisible();
    await device?.kill();
    await expect(state("offline")).toBeVisible({ timeout: 30_000 });
    await expect(page.getByRole("button", { name: "Self-test" })).toHaveAttribute("aria-disabled", "true");
    device?.start();
    await expect(state("online")).toBeVisible({ timeout: 30_000 });
  });

  await test.step("the token is used up: a second device is refused", async () => {
    const answer = await page.request.post(`${baseURL}/device/v1/claim`, {
      data: { token, hardware_id: "aabbccddeeff", chip: "esp32s3", firmware_version: "1.0.0", boot_id: "second" },
    });
    expect(answer.status()).toBe(410);
    expect(await answer.json()).toMatchObject({ error: { code: "CLAIM_GONE", reason: "used" } });
  });
});

test("nobody gets past the broker without credentials", async () => {
  const port = process.env.E2E_MQTT_PORT ?? "3101";
  await expect(mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { username: "mch_00000000000000000000000000", password: "guess", reconnectPeriod: 0 })).rejects.toThrow();
});
