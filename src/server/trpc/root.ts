import { paymentsRouter } from "#server/billing/payments/router.ts";
import { reportsRouter } from "#server/billing/reports/router.ts";
import { billingRouter } from "#server/billing/router.ts";
import { statementsRouter } from "#server/billing/statements/router.ts";
import { computeRouter } from "#server/compute/router.ts";
import { identityRouter } from "#server/identity/router.ts";
import { storefrontRouter } from "#server/machines/storefront/router.ts";
import { machinesRouter } from "#server/machines/router.ts";
import { documentsRouter } from "#server/platform/documents/router.ts";
import { revenueRouter } from "#server/platform/revenue/router.ts";
import { notificationsRouter } from "#server/platform/notifications/router.ts";
import { platformRouter } from "#server/platform/router.ts";
import { createCallerFactory, router } from "./init.ts";

/** All procedures. tRPC and REST are two renderings of this one tree. */
export const appRouter = router({
  identity: identityRouter,
  billing: billingRouter,
  payments: paymentsRouter,
  statements: statementsRouter,
  documents: documentsRouter,
  reports: reportsRouter,
  revenue: revenueRouter,
  compute: computeRouter,
  machines: machinesRouter,
  notifications: notificationsRouter,
  storefront: storefrontRouter,
  platform: platformRouter,
});

export type AppRouter = typeof appRouter;

export const createCaller = createCallerFactory(appRouter);
