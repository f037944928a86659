import { z } from "zod";
import { id } from "../schema.ts";

/** How a machine is sold from by phone, for those who run it. */

export const salesOutput = z.object({
  url: z.string().describe("of its storefront: what the code on its front holds"),
  qrSvg: z.string().describe("that code, as SVG, with the correction of a printed label"),
  open: z.boolean().describe("false: its storefront says that it does not sell now"),
});

export const salesSetInput = z.object({ id: id("machine"), open: z.boolean() });
