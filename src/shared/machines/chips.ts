/** Espressif's chips by the number in an image's header (esp_chip_id_t), with the names that esptool and devices give them. */
const ESP32_CHIPS: Readonly<Record<number, string>> = {
  0x00: "ESP32",
  0x02: "ESP32-S2",
  0x05: "ESP32-C3",
  0x09: "ESP32-S3",
  0x0c: "ESP32-C2",
  0x0d: "ESP32-C6",
  0x10: "ESP32-H2",
  0x12: "ESP32-P4",
  0x14: "ESP32-C61",
  0x17: "ESP32-C5",
  0x19: "ESP32-H21",
  0x1c: "ESP32-H4",
  0x20: "ESP32-S31",
};

/** null: no chip that we know. */
export function esp32ChipName(id: number): string | null {
  return ESP32_CHIPS[id] ?? null;
}

/** Whether two names mean one chip: firmware writes esp32s3, people ESP32-S3. */
export function sameChip(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}
