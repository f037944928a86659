import { FakeError } from "./fake-errors.ts";

/** Parameters of the query and of the body; the query's win, as in Proxmox. */
export function readForm(url: string, type: string | undefined, body: Buffer): { params: Record<string, string>; file: Buffer | null } {
  const query = Object.fromEntries(new URL(url, "https://fake").searchParams);
  const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(type ?? "")?.[1];
  if (boundary !== undefined) {
    const { params, file } = readParts(body, boundary);
    return { params: { ...params, ...query }, file };
  }
  if (body.length > 0 && !type?.startsWith("application/x-www-form-urlencoded")) throw new FakeError(506, `upload with unknown content type '${type}'`);
  if (body.length > 512 * 1024) throw new FakeError(501, "for data too large");
  return { params: { ...Object.fromEntries(new URLSearchParams(body.toString("utf8"))), ...query }, file: null };
}

function readParts(body: Buffer, boundary: string): { params: Record<string, string>; file: Buffer | null } {
  const params: Record<string, string> = {};
  let file: Buffer | null = null;
  for (const part of body.toString("latin1").split(`--${boundary}`).slice(1, -1)) {
    const [head = "", ...rest] = part.split("\r\n\r\n");
    const content = rest.join("\r\n\r\n").slice(0, -2);
    const name = / name="([^"]+)"/.exec(head)?.[1] ?? "";
    const filename = /filename="([^"]+)"/.exec(head)?.[1];
    if (filename === undefined) params[name] = content;
    else {
      params.filename = filename;
      file = Buffer.from(content, "latin1");
    }
  }
  return { params, file };
}
