import {
  IconActivity,
  IconArchive,
  IconBellRinging,
  IconCpu,
  IconFridge,
  IconChartBar,
  IconCoins,
  IconCreditCard,
  IconFileSearch,
  IconFolder,
  IconHeartbeat,
  IconKey,
  IconLayoutDashboard,
  IconNetwork,
  IconScale,
  IconServer2,
  IconShoppingCart,
  IconServerCog,
  IconSettings,
  IconTags,
  IconUsers,
  type Icon,
} from "@tabler/icons-react";
import type { PlatformPermission } from "#shared/permissions.ts";

/** A place in the rail. What isn't built isn't here. */
export interface Place {
  /** key in messages shell.nav */
  key: "overview" | "vms" | "backups" | "projects" | "machines" | "orders" | "alerts" | "billing" | "sshKeys" | "activity" | "settings" | "customers" | "ledger" | "payments" | "revenue" | "catalog" | "networks" | "hosts" | "firmware" | "operations" | "audit" | "health";
  href: string;
  icon: Icon;
  /** the second key of "g …" */
  shortcut: string;
  /** on phones: in the bottom bar itself, not under "More" */
  primary?: boolean;
  /** shown to those who have it */
  permission?: PlatformPermission;
}

export const CUSTOMER_PLACES: readonly Place[] = [
  { key: "overview", href: "/", icon: IconLayoutDashboard, shortcut: "o", primary: true },
  { key: "vms", href: "/vms", icon: IconServer2, shortcut: "v", primary: true },
  { key: "backups", href: "/backups", icon: IconArchive, shortcut: "u" },
  { key: "projects", href: "/projects", icon: IconFolder, shortcut: "p" },
  { key: "machines", href: "/machines", icon: IconFridge, shortcut: "m", primary: true },
  { key: "alerts", href: "/alerts", icon: IconBellRinging, shortcut: "e" },
  { key: "billing", href: "/billing", icon: IconCoins, shortcut: "b", primary: true },
  { key: "sshKeys", href: "/ssh-keys", icon: IconKey, shortcut: "k" },
  { key: "activity", href: "/activity", icon: IconActivity, shortcut: "a" },
  { key: "settings", href: "/settings", icon: IconSettings, shortcut: "s" },
];

export const ADMIN_PLACES: readonly Place[] = [
  { key: "overview", href: "/admin", icon: IconLayoutDashboard, shortcut: "o", primary: true, permission: "platform:overview" },
  { key: "customers", href: "/admin/customers", icon: IconUsers, shortcut: "c", primary: true, permission: "platform:customers:read" },
  { key: "ledger", href: "/admin/ledger", icon: IconScale, shortcut: "b", permission: "platform:billing:read" },
  { key: "payments", href: "/admin/payments", icon: IconCreditCard, shortcut: "y", permission: "platform:payments:read" },
  { key: "revenue", href: "/admin/revenue", icon: IconChartBar, shortcut: "r", permission: "platform:billing:read" },
  { key: "vms", href: "/admin/vms", icon: IconServer2, shortcut: "v", primary: true, permission: "platform:vms:read" },
  { key: "hosts", href: "/admin/hosts", icon: IconServerCog, shortcut: "t", permission: "platform:hosts:read" },
  { key: "catalog", href: "/admin/catalog", icon: IconTags, shortcut: "p", permission: "platform:catalog:read" },
  { key: "networks", href: "/admin/networks", icon: IconNetwork, shortcut: "n", permission: "platform:catalog:read" },
  { key: "machines", href: "/admin/machines", icon: IconFridge, shortcut: "m", primary: true, permission: "platform:machines:read" },
  { key: "alerts", href: "/admin/alerts", icon: IconBellRinging, shortcut: "e", permission: "platform:machines:read" },
  { key: "firmware", href: "/admin/firmware", icon: IconCpu, shortcut: "f", permission: "platform:firmware:read" },
  { key: "orders", href: "/admin/orders", icon: IconShoppingCart, shortcut: "d", permission: "platform:orders:read" },
  { key: "operations", href: "/admin/operations", icon: IconActivity, shortcut: "a", permission: "platform:operations:read" },
  { key: "audit", href: "/admin/audit", icon: IconFileSearch, shortcut: "l", permission: "platform:audit:read" },
  { key: "health", href: "/admin/health", icon: IconHeartbeat, shortcut: "h", permission: "platform:health:read" },
];

/** The places of a side of the site that somebody with these permissions may open. */
export function placesFor(side: "customer" | "admin", permissions: readonly string[]): Place[] {
  return (side === "admin" ? ADMIN_PLACES : CUSTOMER_PLACES).filter((place) => place.permission === undefined || permissions.includes(place.permission));
}

/** Whether an address is at a place or below it. The overviews stand for themselves alone. */
export function isAt(place: Place, pathname: string): boolean {
  return pathname === place.href || (place.key !== "overview" && pathname.startsWith(`${place.href}/`));
}
