import type { z } from "zod";
import type * as firmware from "#shared/machines/firmware.ts";
import type * as rollouts from "#shared/machines/rollouts.ts";

/** What the API answers with, as the components use it. */
export type Firmware = z.infer<typeof firmware.firmwareOutput>;
export type FirmwareDetail = z.infer<typeof firmware.firmwareDetailOutput>;
export type FirmwareUpload = z.infer<typeof firmware.firmwareUploadOutput>;
export type Rollout = z.infer<typeof rollouts.rolloutOutput>;
export type RolloutDetail = z.infer<typeof rollouts.rolloutDetailOutput>;
export type RolloutMachine = z.infer<typeof rollouts.rolloutMachineOutput>;
export type MachineUpdate = z.infer<typeof rollouts.machineUpdateOutput>;
