import { z } from "zod";
import { fileOutput } from "../billing/documents.ts";
import { id, pageInput, pageOf, timestamp } from "../schema.ts";
import { MACHINE_STATUSES } from "./states.ts";

/** Machines that are added by a file: what may stand in it, and what may be wrong with it. */
export const BATCH_COLUMNS = ["name", "serial", "address", "latitude", "longitude", "time_zone", "template", "clone_of", "network", "wifi_ssid", "heartbeat_seconds", "notes"] as const;
export type BatchColumn = (typeof BATCH_COLUMNS)[number];

export const MAX_BATCH_ROWS = 1_000;
export const MAX_BATCH_BYTES = 512 * 1024;

/** What may be wrong with a file as a whole. */
export const FILE_PROBLEMS = ["empty", "too_large", "too_many_rows", "workbook", "encoding", "quotes", "no_header", "unknown_column", "column_twice", "missing_column"] as const;
export type FileProblem = (typeof FILE_PROBLEMS)[number];

/** What may be wrong in a row. */
export const ROW_PROBLEMS = [
  "missing",
  "too_long",
  "characters",
  "number",
  "whole",
  "range",
  "coordinate_alone",
  "time_zone",
  "template_or_clone",
  "unknown_template",
  "unknown_machine",
  "ambiguous_machine",
  "no_slots",
  "unknown_network",
  "ssid_without_wifi",
  "twice",
  "in_use",
  "too_many_cells",
] as const;
export type RowProblem = (typeof ROW_PROBLEMS)[number];

/** What a problem's text needs: the limit, the other row, the value. */
const params = z.record(z.string(), z.union([z.string(), z.number()]));

export const batchProblem = z.object({
  row: z.number().int().nullable().describe("as a spreadsheet counts: the header is 1; null: the file as a whole"),
  column: z.string().nullable(),
  code: z.enum([...FILE_PROBLEMS, ...ROW_PROBLEMS]),
  params,
  message: z.string(),
});
export type BatchProblem = z.infer<typeof batchProblem>;

const csv = z.string().min(1, { error: "must not be empty" }).max(1_000_000).describe("a header and a row for each machine; commas, semicolons or tabs between the cells");
export const batchPreviewInput = z.object({ organizationId: id("organization"), csv });

export const batchPreviewOutput = z.object({
  problems: z.array(batchProblem),
  rows: z.array(
    z.object({
      row: z.number().int(),
      name: z.string(),
      serial: z.string().nullable(),
      address: z.string(),
      latitude: z.number().nullable(),
      longitude: z.number().nullable(),
      source: z.string().nullable().describe("the name of the template, or of the machine whose slots it gets"),
      networkKind: z.enum(["wifi", "ethernet", "cellular"]),
      wifiSsid: z.string().nullable(),
      good: z.boolean(),
    }),
  ),
  good: z.number().int(),
  wrong: z.number().int(),
  addedBefore: z.object({ id: z.string(), createdAt: timestamp, rows: z.number().int() }).nullable().describe("the same file was taken already: it is not taken twice"),
});

export const batchCreateInput = batchPreviewInput.extend({
  fileName: z.string().trim().max(120).regex(/^[^\p{Cc}]*$/u, { error: "must not contain control characters" }).default(""),
  onlyGood: z.boolean().default(false).describe("leave rows that are wrong out, instead of creating nothing"),
});

export const batchOutput = z.object({
  id: z.string(),
  organizationId: z.string(),
  organizationName: z.string(),
  fileName: z.string(),
  rows: z.number().int().describe("machines that were made of it"),
  skipped: z.number().int().describe("rows that were wrong and left out"),
  completed: z.boolean().describe("false: it broke off; issuing labels, or the same file again, completes it"),
  machines: z.number().int().describe("that are there still"),
  claimed: z.number().int(),
  labelled: z.number().int().describe("with a label that can be claimed with now"),
  createdAt: timestamp,
});
export const batchListInput = pageInput;
export const batchListOutput = pageOf(batchOutput);
export const batchIdInput = z.object({ id: id("machineBatch") });

export const batchMachinesInput = pageInput.extend({ id: id("machineBatch") });
export const batchMachinesOutput = pageOf(
  z.object({
    id: z.string(),
    row: z.number().int(),
    name: z.string(),
    serial: z.string().nullable(),
    status: z.enum(MACHINE_STATUSES),
    claimedAt: timestamp.nullable(),
    labelUntil: timestamp.nullable().describe("until when its label can be claimed with; null: it has none, or it was used"),
  }),
);

export const batchIssueInput = batchIdInput.extend({ language: z.enum(["en", "ko"]).default("en").describe("the labels' language") });

/** Shown once: tokens are stored hashed. Issuing again makes these worthless. */
export const batchIssueOutput = z.object({
  count: z.number().int().describe("machines with a label; those that a device has claimed get none"),
  superseded: z.number().int().describe("earlier labels that are worthless now"),
  expiresAt: timestamp,
  files: z.array(fileOutput).describe("sheets of labels, the two files of Espressif's manufacturing tool, a README"),
});
