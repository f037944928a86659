import { z } from "zod";
import { timestamp } from "../schema.ts";

export const consoleOutput = z.object({
  /** page that shows the screen; its ticket is in the fragment, which no server's log sees */
  url: z.string(),
  /** for programs: RFB 3.8 in binary frames, with the subprotocols "binary" and "ticket.<ticket>" */
  websocketUrl: z.string(),
  /** once, until it expires */
  ticket: z.string(),
  expiresAt: timestamp,
});
