import { expect, type Page } from "@playwright/test";

const EMAILS = { Administrator: "admin@demo.switchyard.example", Customer: "ada@demo.switchyard.example" } as const;

/** Signs in with the demo's one click. */
export async function signInAs(page: Page, role: keyof typeof EMAILS): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: EMAILS[role] }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}
