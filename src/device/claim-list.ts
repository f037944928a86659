import { createHash } from "node:crypto";
import type { FleetMember } from "./fleet.ts";

const DEFAULT_SERVER = "http://localhost:3000";

/** A token, or the address of the QR code, whose scheme and host are in upper case. Its file is named after the token: started again it goes on with what it has. */
export function memberOf(given: string, server: string | undefined): FleetMember {
  const address = /^(https?:\/\/.+)\/c\/([^/]+)$/i.exec(given.trim());
  const token = (address?.[2] ?? given).toUpperCase().replace(/[\s-]/g, "");
  const name = createHash("sha256").update(token).digest("hex").slice(0, 16);
  return { name, server: server ?? (address?.[1] ? new URL(address[1]).href : DEFAULT_SERVER), token: async () => token };
}

/** The claims in a file: one a line, or a CSV whose first row names a column claim_token. @throws RangeError when there is none */
export function readClaimList(text: string, server: string | undefined): FleetMember[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const header = fields(lines[0] ?? "").map((name) => name.trim().toLowerCase());
  const column = header.indexOf("claim_token");
  const claims = column < 0 ? lines.map((line) => memberOf(line, server)) : lines.slice(1).map((line) => fromRow(fields(line), column, header.indexOf("server_url"), server));
  if (claims.length === 0) throw new RangeError("there are no claims in the file");
  return claims;
}

function fromRow(row: readonly string[], token: number, url: number, server: string | undefined): FleetMember {
  const given = row[token]?.trim() ?? "";
  if (given === "") throw new RangeError(`a row without a claim_token: ${row.join(",").slice(0, 80)}`);
  return memberOf(given, server ?? (url >= 0 && row[url] ? row[url] : undefined));
}

/** One row of RFC 4180, without line breaks in fields. */
function fields(line: string): string[] {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, -1).map(([, field = ""]) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field));
}
