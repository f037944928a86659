import { expect, type Locator, type Page, test } from "@playwright/test";
import { CONSOLE_PATH } from "../../src/shared/compute/console-protocol.ts";
import { expectState, newProject, power, signUp, submitVm } from "../support/customer.ts";

/** A VM's screen in the page: it shows a picture, and typing changes it. */
test("a customer looks at the VM's screen and types into it", async ({ page, context }) => {
  test.setTimeout(180_000);
  await signUp(page);
  await createVm(page);

  const keys = keysSent(page);
  await page.getByRole("tab", { name: "Console" }).click();
  const screen = page.getByRole("application", { name: "Screen of web-1" });
  const canvas = screen.locator("canvas");

  await test.step("sees what the machine writes", async () => {
    await expect(page.getByText("Connected", { exact: true })).toBeVisible({ timeout: 30_000 });
    await expect.poll(() => litPixels(canvas), { timeout: 30_000 }).toBeGreaterThan(2_000);
    await settled(canvas);
  });

  await test.step("types, and the picture changes; without a key it does not", async () => {
    const before = await picture(canvas);
    await page.waitForTimeout(500);
    expect(await picture(canvas)).toBe(before);
    await canvas.click();
    await page.keyboard.type("g");
    await expect.poll(() => picture(canvas)).not.toBe(before);
    await page.keyboard.press("Backspace");
    await expect.poll(() => picture(canvas)).toBe(before);
    await page.keyboard.type("guest");
    await page.keyboard.press("Enter");
    await settled(canvas);
  });

  const paste = async (text: string): Promise<void> => {
    await page.getByRole("button", { name: "Paste text" }).click();
    await page.getByRole("dialog").getByLabel("Text").fill(text);
    await page.getByRole("button", { name: "Type it" }).click();
  };

  await test.step("pastes text: keys that are pressed meanwhile do not come in between", async () => {
    const before = await picture(canvas);
    const text = `echo ${"Hello, World! ".repeat(12)}\n`;
    await paste(text);
    await expect(page.getByRole("button", { name: "Stop typing" })).toBeVisible();
    await page.keyboard.type("q");
    await page.keyboard.press("Control+KeyL");
    await expect.poll(keys).toContain(text);
    await expect.poll(() => picture(canvas)).not.toBe(before);
    await expect(page.getByRole("button", { name: "Paste text" })).toBeVisible();
  });

  await test.step("ends a text that is too long, and takes the keyboard back", async () => {
    await paste("x".repeat(3_000));
    await page.getByRole("button", { name: "Stop typing" }).click();
    await expect(page.getByRole("button", { name: "Paste text" })).toBeVisible();
    expect(keys().split("x").length).toBeLessThan(3_000);
    await canvas.click();
    await page.keyboard.press("Control+KeyU");
    await page.keyboard.press("Control+Alt+KeyX");
    await expect(page.getByRole("button", { name: "Use keyboard" })).toBeFocused();
  });

  await test.step("opens it in a window of its own, where it is the same screen", async () => {
    const [own] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: "Open in its own window" }).click()]);
    await expect(own).toHaveTitle(/Console of web-1/);
    await expect(own.getByText("Connected", { exact: true })).toBeVisible({ timeout: 30_000 });
    await expect.poll(() => litPixels(own.locator("canvas")), { timeout: 30_000 }).toBeGreaterThan(2_000);
    await own.close();
  });

  await test.step("is told when the machine is off, and starts it from there", async () => {
    await power(page, "Stop");
    await expect(page.getByText("web-1 is off")).toBeVisible({ timeout: 60_000 });
    await page.getByRole("tabpanel").getByRole("button", { name: "Start", exact: true }).click();
    await expect(page.getByText("Connected", { exact: true })).toBeVisible({ timeout: 60_000 });
  });
});

async function createVm(page: Page): Promise<void> {
  await page.goto("/vms/new");
  await page.getByRole("radio", { name: /^Debian/ }).click();
  await page.getByRole("radio", { name: /^Nano/ }).click();
  await newProject(page, "Homepage");
  await page.getByLabel("Name", { exact: true }).fill("web-1");
  await submitVm(page, "web-1");
  await expectState(page, "running", 60_000);
}

/** What has gone to the screen as pressed keys that write something, by the messages of the protocol (RFC 6143, 7.5.4): key events are of type 4. */
function keysSent(page: Page): () => string {
  let sent = "";
  page.on("websocket", (socket) => {
    if (!socket.url().endsWith(CONSOLE_PATH)) return;
    socket.on("framesent", ({ payload }) => {
      if (typeof payload === "string" || payload[0] !== 4 || payload.length % 8 !== 0) return;
      for (let at = 0; at < payload.length; at += 8) {
        const keysym = payload.readUInt32BE(at + 4);
        if (payload[at + 1] !== 1) continue;
        if (keysym === 0xff0d) sent += "\n";
        else if (keysym < 0x100) sent += String.fromCharCode(keysym);
        // A control key makes something else of what follows; the shift key is in the character already.
        else if (keysym === 0xffe3) sent += "^";
      }
    });
  });
  return () => sent;
}

/** The whole picture, as text to compare. */
function picture(canvas: Locator): Promise<string> {
  return canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
}

/** How many pixels are brighter than the background. */
function litPixels(canvas: Locator): Promise<number> {
  return canvas.evaluate((element: HTMLCanvasElement) => {
    const { data } = element.getContext("2d")?.getImageData(0, 0, element.width, element.height) ?? { data: [] };
    let count = 0;
    for (let at = 0; at < data.length; at += 4) if ((data[at + 1] ?? 0) > 60) count += 1;
    return count;
  });
}

/** Waits until the machine has nothing more to write. */
async function settled(canvas: Locator): Promise<void> {
  await expect(async () => {
    const before = await picture(canvas);
    await new Promise((done) => setTimeout(done, 400));
    expect(await picture(canvas)).toBe(before);
  }).toPass({ timeout: 20_000 });
}
