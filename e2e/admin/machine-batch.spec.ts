import { readFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import { signInAs } from "../support/sign-in.ts";

/** Machines by a file: a row is wrong, is mended, the machines are made, and their labels and files are at hand. */
test("an administrator adds machines from a file and prints their labels", async ({ page, baseURL }) => {
  test.setTimeout(120_000);
  const stamp = Date.now().toString(36);
  const csv = (latitude: string) =>
    ["name,serial,address,latitude,longitude,template,wifi_ssid", `서울역 ${stamp},S-${stamp}-1,"세종대로 1, 1층",37.5547,126.9707,snack-6x8,station`, `Hall ${stamp},S-${stamp}-2,,${latitude},127,drinks-5x6,`, `Door ${stamp},,,,,locker-24,`].join("\n");
  await signInAs(page, "Administrator");
  await page.goto("/admin/machines");
  await page.getByRole("link", { name: "Add many" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Add many machines" })).toBeVisible();

  await test.step("the sample is a file that could be taken", async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Sample file" }).click();
    await page.locator("input[type=file]").setInputFiles(await (await download).path());
    await expect(page.getByText("2 machines. Nothing is wrong.")).toBeVisible();
  });

  await test.step("a row is wrong: nothing can be created, and the column and the reason stand beside it", async () => {
    await page.locator("input[type=file]").setInputFiles({ name: "machines.csv", mimeType: "text/csv", buffer: Buffer.from(csv("375")) });
    await expect(page.getByText("1 of 3 rows is wrong.")).toBeVisible();
    const row = page.getByRole("row", { name: `Hall ${stamp}` });
    await expect(row).toContainText("latitude");
    await expect(row).toContainText("Must be between -90 and 90.");
    await expect(page.getByRole("button", { name: "Create 2 machines" })).toBeDisabled();
  });

  await test.step("it is mended on the page, and the machines are created", async () => {
    await page.getByRole("textbox", { name: "Rows" }).fill(csv("37.5"));
    await expect(page.getByRole("table", { name: "What this file makes" })).toBeHidden();
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await page.getByRole("button", { name: "Create 3 machines" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "machines.csv" })).toBeVisible();
    await expect(page.getByRole("row", { name: `서울역 ${stamp}` })).toContainText("None");
  });

  let tokens: string[] = [];
  await test.step("labels and files are made and saved", async () => {
    await page.getByRole("button", { name: "Make labels and files" }).click();
    await expect(page.getByText("3 labels made")).toBeVisible();
    const save = async (name: string) => {
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name }).click();
      return readFile(await (await download).path());
    };
    expect((await save("labels.pdf")).subarray(0, 5).toString()).toBe("%PDF-");
    expect((await save("mfg-config.csv")).toString()).toMatch(/^switchyard,namespace,\n/);
    tokens = (await save("mfg-values.csv")).toString().match(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g) ?? [];
    expect(tokens).toHaveLength(3);
    expect((await save("README.md")).toString()).toContain("mfg_gen.py generate");
  });

  await test.step("a device claims the first of them with its token", async () => {
    const answer = await page.request.post(`${baseURL}/device/v1/claim`, { data: { token: tokens[0], hardware_id: `hw-${stamp}`, chip: "esp32s3", firmware_version: "1.0.0", boot_id: "first" } });
    expect(answer.status()).toBe(200);
  });

  await test.step("new labels ask first, leave out what is claimed, and make the old ones worthless", async () => {
    await page.reload();
    await expect(page.getByRole("row", { name: `서울역 ${stamp}` })).toContainText("Used");
    await page.getByRole("button", { name: "Make new labels and files" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("no longer work");
    await dialog.getByRole("button", { name: "Make new labels and files" }).click();
    await expect(page.getByText("2 labels made")).toBeVisible();
    const answer = await page.request.post(`${baseURL}/device/v1/claim`, { data: { token: tokens[1], hardware_id: `hx-${stamp}`, chip: "esp32s3", firmware_version: "1.0.0", boot_id: "first" } });
    expect(await answer.json()).toMatchObject({ error: { code: "CLAIM_GONE", reason: "superseded" } });
  });

  await test.step("the same file is not taken twice", async () => {
    await page.goto("/admin/machines/batches");
    await page.getByRole("textbox", { name: "Rows" }).fill(csv("37.5"));
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await expect(page.getByText("This file was added before")).toBeVisible();
    await page.getByRole("link", { name: "Open", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: "machines.csv" })).toBeVisible();
  });
});
