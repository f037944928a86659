import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { signInAs } from "./support/sign-in.ts";

// The longest file by far: its tests are shared out over the workers.
test.describe.configure({ mode: "parallel" });

/** Every page: no violation that axe finds, in either theme, and nothing to scroll sideways on a phone. */
const PAGES = {
  Customer: ["/", "/vms", "/vms/new", "/backups", "/projects", "/machines", "/machines/map", "/machines/charts", "/machines/products", "/machines/products/prices", "/machines/refill", "/alerts", "/alerts?tab=rules", "/billing", "/billing/statements", "/billing/charges", "/ssh-keys", "/activity", "/settings"],
  Administrator: ["/admin", "/admin/customers", "/admin/ledger", "/admin/payments", "/admin/revenue", "/admin/vms", "/admin/hosts", "/admin/hosts/new", "/admin/catalog", "/admin/networks", "/admin/machines", "/admin/machines/new", "/admin/machines/batches", "/admin/machines/drafts", "/admin/machines/map", "/admin/machines/charts", "/admin/machines/products", "/admin/machines/products/prices", "/admin/machines/refill", "/admin/orders", "/admin/alerts", "/admin/alerts?tab=rules", "/admin/firmware", "/admin/operations", "/admin/audit", "/admin/health"],
  nobody: ["/sign-in", "/sign-up", "/docs/api", "/docs/api/machines", "/pay/test/nothing", "/m/nothing", "/m/lobby-snacks", "/nothing-here"],
} as const;

for (const [role, paths] of Object.entries(PAGES)) {
  for (const theme of ["light", "dark"] as const) {
    test(`${role}, ${theme}`, async ({ page, context, baseURL }) => {
      // Seconds each on a computer that has nothing else to do.
      test.setTimeout(paths.length * 15_000);
      await context.addCookies([{ name: "sy_theme", value: theme, url: baseURL ?? "" }]);
      if (role !== "nobody") await signInAs(page, role as "Customer" | "Administrator");
      for (const path of paths) {
        await test.step(path, async () => {
          await page.goto(path);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          const { violations } = await new AxeBuilder({ page }).analyze();
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`), path).toEqual([]);
          await page.setViewportSize({ width: 375, height: 800 });
          // Charts measure their place and draw again.
          await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth), { message: `${path} at 375 px` }).toBeLessThanOrEqual(375);
          await page.setViewportSize({ width: 1280, height: 800 });
        });
      }
    });
  }
}
