import type { ShownProduct, Storefront } from "./types.ts";

/** What the buyer wants of one slot, at the price that they saw. */
export interface CartLine {
  slot: string;
  productId: string;
  name: string;
  price: string;
  priceMinor: number | null;
  quantity: number;
}

export type Cart = readonly CartLine[];

export type CartNotice = { kind: "fewer"; name: string; count: number } | { kind: "gone"; name: string };

export function piecesIn(cart: Cart): number {
  return cart.reduce((sum, line) => sum + line.quantity, 0);
}

export function creditsOf(cart: Cart): bigint {
  return cart.reduce((sum, line) => sum + BigInt(line.price) * BigInt(line.quantity), 0n);
}

/** Null: it takes no cards. */
export function minorOf(cart: Cart): number | null {
  return cart.reduce<number | null>((sum, line) => (sum === null || line.priceMinor === null ? null : sum + line.priceMinor * line.quantity), 0);
}

/** One piece more or less, as far as there are pieces and the order has room; a line of none is none. */
export function change(cart: Cart, product: ShownProduct, by: 1 | -1, maxPieces: number): Cart {
  const line = cart.find((each) => each.slot === product.slot);
  const quantity = (line?.quantity ?? 0) + by;
  if (by > 0 && (quantity > product.available || piecesIn(cart) >= maxPieces)) return cart;
  if (quantity <= 0) return cart.filter((each) => each.slot !== product.slot);
  if (line) return cart.map((each) => (each.slot === product.slot ? { ...each, quantity } : each));
  const { slot, productId, name, price, priceMinor } = product;
  return [...cart, { slot, productId, name, price, priceMinor, quantity }];
}

/** The cart as far as the machine still has it, and what was taken out. Prices stay as the buyer saw them: `changedPrices` tells of those. */
export function fit(cart: Cart, front: Pick<Storefront, "products">): { cart: Cart; notices: CartNotice[] } {
  const notices: CartNotice[] = [];
  const fitted = cart.flatMap((line): CartLine[] => {
    const product = front.products.find((each) => each.slot === line.slot);
    if (!product || product.productId !== line.productId || product.available === 0) {
      notices.push({ kind: "gone", name: line.name });
      return [];
    }
    if (product.available >= line.quantity) return [line];
    notices.push({ kind: "fewer", name: line.name, count: product.available });
    return [{ ...line, quantity: product.available }];
  });
  return notices.length > 0 ? { cart: fitted, notices } : { cart, notices };
}

export interface ChangedPrice {
  line: CartLine;
  product: ShownProduct;
}

/** Lines whose price is another one now than when it was put into the cart. */
export function changedPrices(cart: Cart, front: Pick<Storefront, "products">): ChangedPrice[] {
  return cart.flatMap((line) => {
    const product = front.products.find((each) => each.slot === line.slot && each.productId === line.productId);
    return product && (product.price !== line.price || product.priceMinor !== line.priceMinor) ? [{ line, product }] : [];
  });
}

/** The cart at the prices of now: the buyer has agreed to them. */
export function atPresentPrices(cart: Cart, front: Pick<Storefront, "products">): Cart {
  const changed = new Map(changedPrices(cart, front).map(({ product }) => [product.slot, product]));
  return cart.map((line) => {
    const product = changed.get(line.slot);
    return product ? { ...line, price: product.price, priceMinor: product.priceMinor } : line;
  });
}
