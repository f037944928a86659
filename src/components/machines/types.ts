import type { z } from "zod";
import type * as schema from "#shared/machines/schema.ts";

/** What the API answers with, as the components use it. */
export type Machine = z.infer<typeof schema.machineOutput>;
export type MachineDetail = z.infer<typeof schema.machineDetailOutput>;
export type Slot = z.infer<typeof schema.slotOutput>;
export type Template = z.infer<typeof schema.templateOutput>;
export type Product = z.infer<typeof schema.productOutput>;
export type IssuedClaim = z.infer<typeof schema.claimIssueOutput>;
export type Telemetry = z.infer<typeof schema.telemetryOutput>;
export type SaveInput = z.input<typeof schema.onboardingSaveInput>;
