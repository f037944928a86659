import { expect, type Page } from "@playwright/test";

/** Signs in with the demo's one click. */
export async function signInAs(page: Page, role: "Administrator" | "Customer"): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: new RegExp(role) }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}
