import { randomBytes } from "node:crypto";
import { expect, type Locator, test } from "@playwright/test";
import { deleteVm, expectState, newProject, power, signUp, submitVm } from "../support/customer.ts";
import { IMAGE, libvirtMissing, type PreparedHost, prepareHost } from "../support/libvirt.ts";
import { signInAs } from "../support/sign-in.ts";

/** A real hypervisor on this computer, from its connection to a customer's keys on a VM's screen. */
let host: PreparedHost | null = null;
test.afterAll(() => host?.remove());

test("an administrator connects a libvirt host and makes a plan; a customer gets a running VM with a console", async ({ page, browser }) => {
  test.setTimeout(300_000);
  const missing = await libvirtMissing();
  test.skip(missing !== null, missing ?? "");
  const prepared = (host = await prepareHost());
  const mark = randomBytes(3).toString("hex");
  await signInAs(page, "Administrator");

  await test.step("connects the host, after the real reason why not", async () => {
    await page.goto("/admin/hosts");
    await page.getByRole("link", { name: "Connect a host" }).first().click();
    await page.getByRole("radio", { name: /libvirt/ }).click();
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("textbox", { name: "libvirt URI", exact: true }).fill(prepared.uri);
    await page.getByRole("textbox", { name: "Storage pool", exact: true }).fill("no-such-pool");
    await page.getByRole("textbox", { name: "Network", exact: true }).fill(prepared.network);
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await expect(page.getByText(/no-such-pool/).last()).toBeVisible({ timeout: 30_000 });
    await page.getByRole("textbox", { name: "Storage pool", exact: true }).fill(prepared.pool);
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await expect(page.getByText("Connected", { exact: true })).toBeVisible({ timeout: 30_000 });
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByLabel("Name", { exact: true }).fill(`kvm-${mark}`);
    await page.getByRole("combobox", { name: "Region" }).click();
    await page.getByRole("option", { name: "Seoul" }).click();
    await page.getByLabel("Memory kept back (GB)").fill("0");
    await page.getByLabel("Disk kept back (GB)").fill("0");
    await page.getByRole("button", { name: "Add host" }).click();
    await expect(page).toHaveURL(/\/admin\/hosts\/hst_/);
    await expect(page.getByRole("heading", { level: 1, name: new RegExp(`kvm-${mark}`) })).toBeVisible();
  });

  await test.step("makes a plan for it and says what the image is called there", async () => {
    await page.goto("/admin/catalog");
    await page.getByRole("button", { name: "Add plan" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByLabel("Name", { exact: true }).fill(`Tiny ${mark}`);
    await drawer.getByLabel("Name for programs").fill(`tiny-${mark}`);
    await drawer.getByLabel("Memory", { exact: true }).fill("0.25");
    await drawer.getByLabel("Disk", { exact: true }).fill("1");
    await drawer.getByLabel("While it runs").fill("0.002");
    await drawer.getByLabel("While it exists").fill("0.001");
    await drawer.getByRole("checkbox", { name: new RegExp(`kvm-${mark}`) }).check();
    await drawer.getByRole("button", { name: "Add plan" }).click();
    await expect(drawer).toBeHidden();
    await page.getByRole("tab", { name: "Images" }).click();
    await page.getByRole("button", { name: "Add image" }).click();
    await drawer.getByLabel("Name", { exact: true }).fill(`Tiny guest ${mark}`);
    await drawer.getByLabel("Name for programs").fill(`tiny-guest-${mark}`);
    await drawer.getByLabel("Family").fill("debian");
    await drawer.getByLabel("Version").fill("12");
    await drawer.getByLabel("Least disk").fill("1");
    await drawer.getByLabel("User", { exact: true }).fill("root");
    await drawer.getByLabel(`Name on kvm-${mark}`).fill(IMAGE);
    await drawer.getByRole("button", { name: "Add image" }).click();
    await expect(drawer).toBeHidden();
  });

  const context = await browser.newContext();
  const customer = await context.newPage();
  const vmId = (): string => /vm_[0-9a-z]{26}/.exec(customer.url())?.[0] ?? "no VM in the address";
  await test.step("a new customer creates a VM on it", async () => {
    await signUp(customer);
    await customer.goto("/vms/new");
    await customer.getByRole("radio", { name: new RegExp(`Tiny guest ${mark}`) }).click();
    await customer.getByRole("radio", { name: new RegExp(`Tiny ${mark}`) }).click();
    await newProject(customer, "Real");
    await customer.getByLabel("Name", { exact: true }).fill(`real-${mark}`);
    await submitVm(customer, `real-${mark}`);
    await expectState(customer, "running", 120_000);
    await expect(customer.getByText(/^10\.214\.\d+\.\d+$/).first()).toBeVisible();
    expect(await prepared.virsh("list", "--name", "--state-running")).toContain(vmId());
  });

  await test.step("whose screen changes when keys are pressed", async () => {
    await customer.getByRole("tab", { name: "Console" }).click();
    const canvas = customer.locator("[role=application] canvas");
    await expect(canvas).toBeVisible({ timeout: 30_000 });
    let before: number[] = [];
    const change = async (): Promise<number> => {
      const last = before;
      before = await pixels(canvas);
      return difference(last, before);
    };
    await expect.poll(change, { timeout: 60_000, intervals: [1_500], message: "the guest has booted: its screen is still" }).toBeLessThan(BLINKING);
    await canvas.click();
    await customer.keyboard.type("echo switchyard", { delay: 40 });
    await expect.poll(async () => difference(before, await pixels(canvas))).toBeGreaterThan(BLINKING);
  });

  await test.step("stops and deletes it, and nothing of it is left on the host", async () => {
    await power(customer, "Stop");
    await expectState(customer, "stopped", 60_000);
    expect(await prepared.virsh("list", "--name", "--state-running")).not.toContain(vmId());
    await deleteVm(customer, `real-${mark}`);
    await expectState(customer, "terminated", 60_000);
    expect(await prepared.disks()).toEqual([]);
  });
  await context.close();
});

/** Pixels that a text cursor changes, and some more. */
const BLINKING = 300;

/** The canvas's colours, four bytes a pixel. */
async function pixels(canvas: Locator): Promise<number[]> {
  return canvas.evaluate((element: HTMLCanvasElement) => Array.from(element.getContext("2d")?.getImageData(0, 0, element.width, element.height).data ?? []));
}

/** How many pixels differ; all of them when the size is another. */
function difference(one: readonly number[], other: readonly number[]): number {
  if (one.length !== other.length) return Math.max(one.length, other.length);
  let count = 0;
  for (let at = 0; at < one.length; at += 4) if (one[at] !== other[at] || one[at + 1] !== other[at + 1] || one[at + 2] !== other[at + 2]) count += 1;
  return count;
}
