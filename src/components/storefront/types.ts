import type { z } from "zod";
import type { orderOutput, storefrontOutput } from "#shared/machines/storefront.ts";

export type Storefront = z.infer<typeof storefrontOutput>;
export type ShownProduct = Storefront["products"][number];
export type ShownOrder = z.infer<typeof orderOutput>;
