export type ParamValue = string | number | boolean | readonly string[];
/** undefined: left out */
export type Params = Readonly<Record<string, ParamValue | undefined>>;

/** Proxmox takes 1 and 0 for booleans and nothing else, and a repeated key for a list. */
export function encodeForm(params: Params): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    if (Array.isArray(value)) for (const each of value as readonly string[]) form.append(name, each);
    else if (typeof value === "boolean") form.append(name, value ? "1" : "0");
    else form.append(name, String(value));
  }
  return form.toString();
}

/**
 * SSH keys as Proxmox wants them: percent-encoded inside the value (`%20`, never `+`), which is then encoded once more with its form.
 */
export function encodeSshKeys(keys: readonly string[]): string {
  return encodeURIComponent(keys.map((key) => key.trim()).join("\n"));
}

/** A path of the API with each inserted value percent-encoded: nothing in a value can make it another path. */
export function apiPath(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.map((part, at) => part + (at < values.length ? segment(values[at] ?? "") : "")).join("");
}

function segment(value: string | number): string {
  const text = String(value);
  if (text === "" || text === "." || text === "..") throw new RangeError("a part of an address is empty or a dot");
  return encodeURIComponent(text);
}

/** The body of an upload, fields first as Proxmox's parser wants them. */
export function encodeUpload(fields: Readonly<Record<string, string>>, file: { field: string; name: string; content: Buffer }, boundary: string): Buffer {
  const head = Object.entries(fields).map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const fileHead = `--${boundary}\r\nContent-Disposition: form-data; name="${file.field}"; filename="${file.name}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return Buffer.concat([Buffer.from(head.join("") + fileHead), file.content, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}
