import type { z } from "zod";
import type * as schema from "#shared/compute/hosts.ts";

/** What the API answers with, as the components use it. */
export type HostRow = z.infer<typeof schema.hostOutput>;
export type HostDetail = z.infer<typeof schema.hostDetailOutput>;
export type TestResult = z.infer<typeof schema.hostTestOutput>;
export type Finding = z.infer<typeof schema.findingOutput>;
export type HostSettings = HostDetail["settings"];
export type ConnectionInput = z.input<typeof schema.hostConnection>;
