import type { Locale } from "./locales.ts";
import type admin from "./messages/en/admin.json";
import type alerts from "./messages/en/alerts.json";
import type auth from "./messages/en/auth.json";
import type backups from "./messages/en/backups.json";
import type changes from "./messages/en/changes.json";
import type catalog from "./messages/en/catalog.json";
import type common from "./messages/en/common.json";
import type console from "./messages/en/console.json";
import type credits from "./messages/en/credits.json";
import type diagnostics from "./messages/en/diagnostics.json";
import type docs from "./messages/en/docs.json";
import type errors from "./messages/en/errors.json";
import type firmware from "./messages/en/firmware.json";
import type updates from "./messages/en/updates.json";
import type batches from "./messages/en/batches.json";
import type hosts from "./messages/en/hosts.json";
import type machines from "./messages/en/machines.json";
import type map from "./messages/en/map.json";
import type notifications from "./messages/en/notifications.json";
import type orders from "./messages/en/orders.json";
import type projects from "./messages/en/projects.json";
import type settings from "./messages/en/settings.json";
import type statements from "./messages/en/statements.json";
import type prices from "./messages/en/prices.json";
import type payments from "./messages/en/payments.json";
import type revenue from "./messages/en/revenue.json";
import type topups from "./messages/en/topups.json";
import type storefront from "./messages/en/storefront.json";
import type products from "./messages/en/products.json";
import type fleet from "./messages/en/fleet.json";
import type stock from "./messages/en/stock.json";
import type shell from "./messages/en/shell.json";
import type vm from "./messages/en/vm.json";

/** Makes `t("…")` accept only keys that exist in English. */
declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: {
      admin: typeof admin;
      alerts: typeof alerts;
      auth: typeof auth;
      backups: typeof backups;
      changes: typeof changes;
      catalog: typeof catalog;
      common: typeof common;
      console: typeof console;
      credits: typeof credits;
      diagnostics: typeof diagnostics;
      docs: typeof docs;
      errors: typeof errors;
      firmware: typeof firmware;
      updates: typeof updates;
      batches: typeof batches;
      hosts: typeof hosts;
      machines: typeof machines;
      map: typeof map;
      notifications: typeof notifications;
      orders: typeof orders;
      projects: typeof projects;
      settings: typeof settings;
      products: typeof products;
      fleet: typeof fleet;
      stock: typeof stock;
      storefront: typeof storefront;
      shell: typeof shell;
      statements: typeof statements;
      prices: typeof prices;
      payments: typeof payments;
      revenue: typeof revenue;
      topups: typeof topups;
      vm: typeof vm;
    };
  }
}
