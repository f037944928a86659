import type { z } from "zod";
import type * as batches from "#shared/machines/batches.ts";

/** What the API answers with, as the components use it. */
export type Batch = z.infer<typeof batches.batchOutput>;
export type BatchPreview = z.infer<typeof batches.batchPreviewOutput>;
export type BatchMachine = z.infer<typeof batches.batchMachinesOutput>["data"][number];
