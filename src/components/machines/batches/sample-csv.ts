/** A file to begin with: all columns, rows that are good as they are. With the mark of UTF-8, so that spreadsheets read Korean. */
export function sampleCsv(template: string, rows: readonly { name: string; address: string; notes: string }[]): string {
  const header = "name,serial,address,latitude,longitude,time_zone,template,clone_of,network,wifi_ssid,heartbeat_seconds,notes";
  const places = ["37.554700,126.970700", "35.115100,129.042200"];
  const lines = rows.map(({ name, address, notes }, index) => `${quoted(name)},SY-${String(index + 1).padStart(4, "0")},${quoted(address)},${places[index] ?? ","},,${template},,wifi,,60,${quoted(notes)}`);
  return `\uFEFF${[header, ...lines].join("\r\n")}\r\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
