/** Proxmox's property strings: `virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=5` or `local-lvm:vm-100-disk-0,size=10G`. */
export interface Properties {
  /** a first part without a key, such as a volume; null: none */
  main: string | null;
  options: ReadonlyMap<string, string>;
}

export function parseProperties(text: string): Properties {
  const options = new Map<string, string>();
  let main: string | null = null;
  for (const part of text.split(",")) {
    const at = part.indexOf("=");
    if (at > 0) options.set(part.slice(0, at), part.slice(at + 1));
    else if (part !== "" && main === null) main = part;
  }
  return { main, options };
}

export function printProperties({ main, options }: Properties): string {
  return [...(main === null ? [] : [main]), ...[...options].map(([key, value]) => `${key}=${value}`)].join(",");
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** `32G`, `2252M`, `512` → bytes. null: not a size */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text);
  return match ? Number(match[1]) * (UNITS[match[2] ?? ""] ?? 1) : null;
}
