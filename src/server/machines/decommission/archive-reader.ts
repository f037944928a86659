import { createHash } from "node:crypto";
import { type Readable, pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { AppError } from "#shared/errors.ts";
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, type ArchiveHeader, type ArchiveRecord, archiveEnd, archiveHeader, archiveRecord, KINDS } from "./archive-format.ts";

/** An order with hundreds of pieces has less than a tenth of it. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;

/**
 * Reads an archive line by line: the header first, then every record. Only when it has come to its end is the whole of it known to be undamaged.
 * @throws AppError INVALID_REQUEST for a file that is none, of a version that is not known, cut off, or changed; a record that is not one, with its line
 */
export async function* readArchive(source: Readable): AsyncGenerator<ArchiveHeader | ArchiveRecord> {
  const hash = createHash("sha256");
  let number = 0;
  let ended = false;
  let place = 0;
  for await (const bytes of linesOf(source)) {
    if (ended) throw damaged("there is something after its end");
    const value = parse(bytes, number);
    if (number === 0) {
      yield readHeader(value);
    } else if (isEnd(value)) {
      const end = archiveEnd.safeParse(value);
      if (!end.success || end.data.lines !== number || end.data.sha256 !== hash.digest("hex")) throw damaged("its checksum does not fit what it holds");
      ended = true;
      continue;
    } else {
      const record = archiveRecord.safeParse(value);
      if (!record.success) {
        const issue = record.error.issues[0];
        throw damaged(`line ${number + 1}: ${issue?.path.join(".") || "record"} ${issue?.message ?? "is not valid"}`);
      }
      const next = KINDS.indexOf(record.data.kind);
      if (next < place || (record.data.kind === "machine") !== (number === 1)) throw damaged(`line ${number + 1}: a ${record.data.kind} does not belong there`);
      place = next;
      yield record.data;
    }
    hash.update(bytes).update("\n");
    number += 1;
  }
  if (number === 0) throw foreign();
  if (!ended) throw damaged("it ends too early");
}

function readHeader(value: unknown): ArchiveHeader {
  const format = (value as { format?: unknown } | null)?.format;
  if (format !== ARCHIVE_FORMAT) throw foreign();
  const header = archiveHeader.safeParse(value);
  if (!header.success) throw damaged("its first line is not valid");
  if (header.data.version !== ARCHIVE_VERSION) throw new AppError("INVALID_REQUEST", `The archive has version ${header.data.version}; this program reads version ${ARCHIVE_VERSION}.`, { reason: "version" });
  return header.data;
}

function isEnd(value: unknown): boolean {
  return (value as { kind?: unknown } | null)?.kind === "end";
}

function parse(bytes: Buffer, number: number): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw number === 0 ? foreign() : damaged(`line ${number + 1} is not JSON`);
  }
}

/** The lines of a gzip, without their line feeds. What is after the last line feed is a line that was cut off. */
async function* linesOf(source: Readable): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  // An error of either is thrown by reading from the gunzip.
  pipeline(source, gunzip, () => {});
  let rest: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        yield Buffer.concat([...rest, chunk.subarray(from, at)]);
        rest = [];
        size = 0;
        from = at + 1;
      }
      rest.push(chunk.subarray(from));
      size += chunk.length - from;
      if (size > MAX_LINE_BYTES) throw damaged("a line is too long");
    }
  } catch (error) {
    const { code = "", message } = error as Error & { code?: string };
    if (!code.startsWith("Z_")) throw error;
    if (/header check|compression method/.test(message)) throw foreign();
    throw damaged(code === "Z_BUF_ERROR" ? "it ends too early" : "it cannot be unpacked");
  }
  if (size > 0) throw damaged("it ends too early");
}

function damaged(what: string): AppError {
  return new AppError("INVALID_REQUEST", `The archive is damaged: ${what}.`, { reason: "damaged" });
}

function foreign(): AppError {
  return new AppError("INVALID_REQUEST", "The file is not the archive of a machine.", { reason: "foreign" });
}
