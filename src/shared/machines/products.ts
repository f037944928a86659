/** How far back a list says what sold. */
export const SOLD_DAYS = 30;

/** Whether a product is sold: one that was is archived, never deleted. */
export const PRODUCT_STATUSES = ["sold", "archived"] as const;
