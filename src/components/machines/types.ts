import type { z } from "zod";
import type * as schema from "#shared/machines/schema.ts";
import type { fleetTelemetryOutput, telemetryOutput } from "#shared/machines/telemetry.ts";

/** What the API answers with, as the components use it. */
export type Machine = z.infer<typeof schema.machineOutput>;
export type MachineDetail = z.infer<typeof schema.machineDetailOutput>;
/** As a grid draws it: whether it sells is a mark that the caller gives. */
export type Slot = Omit<z.infer<typeof schema.slotOutput>, "disabledReason">;
export type Template = z.infer<typeof schema.templateOutput>;
export type Product = z.infer<typeof schema.productOutput>;
export type IssuedClaim = z.infer<typeof schema.claimIssueOutput>;
export type Telemetry = z.infer<typeof telemetryOutput>;
export type FleetTelemetry = z.infer<typeof fleetTelemetryOutput>;
export type SaveInput = z.input<typeof schema.onboardingSaveInput>;
