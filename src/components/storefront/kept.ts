import type { Cart } from "./cart.ts";

/** What this browser keeps. A browser that keeps nothing (private mode, full) still sells: it only forgets. */

const ORDERS = "sy_orders";
const MAX_ORDERS = 20;
const ORDER_DAYS = 30;
/** An order is over long before: it was paid within ten minutes or not at all. */
export const UNDER_WAY_MS = 30 * 60_000;

export interface KeptOrder {
  orderId: string;
  secret: string;
  slug: string;
  /** ms */
  at: number;
  ended: boolean;
}

function read<T>(storage: () => Storage, name: string, fallback: T): T {
  try {
    const text = storage().getItem(name);
    // Written by the functions below and by nothing else.
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

function write(storage: () => Storage, name: string, value: unknown): void {
  try {
    storage().setItem(name, JSON.stringify(value));
  } catch {
    // Full or forbidden.
  }
}

const lasting = () => globalThis.localStorage;
const passing = () => globalThis.sessionStorage;

function orders(): KeptOrder[] {
  const kept = read<unknown>(lasting, ORDERS, []);
  return Array.isArray(kept) ? (kept as KeptOrder[]) : [];
}

/** Keeps an order's secret: before the browser leaves for the payment page, so that it is here whatever becomes of that page. */
export function keepOrder(order: Omit<KeptOrder, "ended">): void {
  const from = order.at - ORDER_DAYS * 86_400_000;
  const others = orders().filter((each) => each.orderId !== order.orderId && each.at > from);
  write(lasting, ORDERS, [{ ...order, ended: false }, ...others].slice(0, MAX_ORDERS));
}

export function keptOrder(orderId: string): KeptOrder | undefined {
  return orders().find((each) => each.orderId === orderId);
}

/** The machine's newest order that this browser has not seen the end of. */
export function orderUnderWay(slug: string, now: number): KeptOrder | undefined {
  return orders().find((each) => each.slug === slug && !each.ended && each.at > now - UNDER_WAY_MS);
}

export function noteEnd(orderId: string): void {
  write(lasting, ORDERS, orders().map((each) => (each.orderId === orderId ? { ...each, ended: true } : each)));
}

const NOTHING: Cart = [];
const carts = new Map<string, Cart>();
const watchers = new Set<() => void>();

/** The cart of one machine's storefront, for useSyncExternalStore: it outlives a reload, and signing in. The server knows of none. */
export const cartStore = {
  watch(watcher: () => void): () => void {
    watchers.add(watcher);
    return () => void watchers.delete(watcher);
  },
  read(slug: string): Cart {
    const known = carts.get(slug);
    if (known) return known;
    const kept = read<unknown>(passing, `sy_cart:${slug}`, NOTHING);
    const cart = Array.isArray(kept) ? (kept as Cart) : NOTHING;
    carts.set(slug, cart);
    return cart;
  },
  readOnServer: (): Cart => NOTHING,
  write(slug: string, cart: Cart): void {
    carts.set(slug, cart);
    write(passing, `sy_cart:${slug}`, cart);
    for (const watcher of watchers) watcher();
  },
};

/**
 * The key of the order that these contents make: the same one as long as they are the same and it is not known whether the server has it, also after a reload, so that
 * no try is a second order.
 */
export function keyFor(slug: string, contents: string): string {
  const kept = read<{ contents?: string; key?: string } | null>(passing, `sy_try:${slug}`, null);
  if (kept?.contents === contents && kept.key) return kept.key;
  const key = newKey();
  write(passing, `sy_try:${slug}`, { contents, key });
  return key;
}

export function forgetKey(slug: string): void {
  write(passing, `sy_try:${slug}`, null);
}

/** A UUID; crypto.randomUUID is there over https alone, and a machine in a closed network may be sold from over http. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte, index) => (index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte).toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
