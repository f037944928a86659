import { expect, test } from "@playwright/test";
import { signInAs } from "../support/sign-in.ts";

/** What goes wrong for people, and what they are told. */
test("a wrong password gets one answer, whoever it is for", async ({ page }) => {
  for (const email of ["ada@demo.switchyard.example", "nobody@example.com"]) {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("textbox", { name: "Password" }).fill("not the password");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("alert").getByText("The e-mail address or the password is wrong.")).toBeVisible();
  }
});

test("an e-mail address that is taken is said beside its field", async ({ page }) => {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("E-mail address").fill("ADA@demo.switchyard.example");
  await page.getByRole("textbox", { name: "Password" }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText(/exists already|taken/i)).toBeVisible();
});

test("pages of the signed-in send others to sign in, and bring them back", async ({ page }) => {
  await page.goto("/billing");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fbilling/);
  await page.getByRole("button", { name: /ada@demo/ }).click();
  await expect(page).toHaveURL(/\/billing$/);
});

test("for a customer the administrators' side does not exist, nor does another's VM", async ({ page }) => {
  await signInAs(page, "Customer");
  expect((await page.goto("/admin"))?.status()).toBe(404);
  await page.goto("/vms/vm_01jd0000000000000000000000");
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
});

test("a part of the API reference that is not there is not found", async ({ page }) => {
  expect((await page.goto("/docs/api/nothing"))?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
});

test("an unknown claim token tells nothing", async ({ page }) => {
  await page.goto("/C/0123456789ABCDEFGHJKMNPQRS");
  await expect(page.getByText("Main hall")).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});
