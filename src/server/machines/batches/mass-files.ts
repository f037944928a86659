import { readsAsFormula } from "#server/billing/documents/csv.ts";
import { NVS_NAMESPACE, nvsEntries, PARTITION_OFFSET, PARTITION_SIZE, PARTITION_TABLE, type ProvisioningFacts } from "../files.ts";
import { field, nvsValue } from "../nvs.ts";

/** A machine as the factory needs it. */
export type MassMachine = Pick<ProvisioningFacts, "slug" | "name" | "claimToken" | "heartbeatSeconds" | "network" | "provisioning"> & { serial: string | null };

/** The same for all of them. */
export interface MassFacts {
  serverUrl: string;
  firmwareKey: string;
  expiresAt: Date;
}

export const CONFIG_FILE = "mfg-config.csv";
export const VALUES_FILE = "mfg-values.csv";

/**
 * The two files that Espressif's mfg_gen.py makes a partition for each device of: what keys there are, and a row with their values for each device. Keys stand in the same order in
 * both. All values stand in each row: with several columns marked REPEAT earlier versions of the tool write rows twice. `id`, in front, names the files; `serial`, at the end, is for people.
 * Neither begins with the mark of UTF-8, which the tool takes for a part of the first name.
 */
export function massFiles(machines: readonly MassMachine[], facts: MassFacts): { config: string; values: string; withoutSsid: string[] } {
  const withoutSsid = machines.flatMap(({ slug, network }) => (network.wifiSsid !== null && readsAsFormula(network.wifiSsid) ? [slug] : []));
  const rows = machines.map((machine) => ({ machine, entries: nvsEntries({ ...facts, ...machine, ...asText(machine) }) }));
  const keys = rows[0]?.entries.map(({ key, encoding }) => ({ key, encoding })) ?? [];
  const config = [`${NVS_NAMESPACE},namespace,`, ...keys.map(({ key, encoding }) => `${key},data,${encoding}`)];
  const header = ["id", ...keys.map(({ key }) => key), "serial"].join(",");
  const values = rows.map(({ machine, entries }) => [machine.slug, ...entries.map((entry) => (entry.value === "" ? "" : nvsValue(entry))), field(plain(machine.serial ?? ""))].join(","));
  return { config: `${config.join("\n")}\n`, values: `${[header, ...values].join("\n")}\n`, withoutSsid };
}

/**
 * These files are opened in spreadsheets too. A name that one would take for a formula gets the apostrophe that our other exports have; with it a network's name would be another network's,
 * so that is left out, and the installer's phone says it. A row without a network's name has the column nonetheless.
 */
function asText({ name, network }: MassMachine): Pick<MassMachine, "name"> & { network: { kind: string; wifiSsid: string | null } } {
  return { name: plain(name), network: { kind: network.kind, wifiSsid: network.wifiSsid === null || readsAsFormula(network.wifiSsid) ? "" : network.wifiSsid } };
}

function plain(text: string): string {
  return readsAsFormula(text) ? `'${text}` : text;
}

/** How to make the partitions and write them. */
export function massReadme(machines: readonly MassMachine[], facts: MassFacts, withoutSsid: readonly string[]): string {
  const first = machines[0]?.slug ?? "";
  return `# ${machines.length} machines

These files let ${machines.length} devices become these machines. The claim tokens in them work once, until ${facts.expiresAt.toISOString().slice(0, 10)}; when labels are made
again for the same machines, these files and the labels that came with them are worthless. Keep them out of version control, and delete them when the devices are written.

- \`labels.pdf\`: a label for each machine, 18 on a sheet of A4 (63.5 × 46.6 mm, 3 × 6). Print it at its actual size, not fitted to the page.
- \`${CONFIG_FILE}\`, \`${VALUES_FILE}\`: for Espressif's manufacturing tool, mfg_gen.py of ESP-IDF 5. A row of the values is a device; \`id\` is how the machine is called in addresses.
${withoutSsid.length === 0 ? "" : `\nThe network's name of these machines looks like a formula to spreadsheets and is not in the file; the installer gives it by phone: ${withoutSsid.join(", ")}.\n`}
## Make the partitions

In the folder of these files, with ESP-IDF's environment (\`. $IDF_PATH/export.sh\`). \`PYTHONUTF8=1\` is for names in other scripts on Windows:

    pip install esp-idf-nvs-partition-gen esptool
    PYTHONUTF8=1 python $IDF_PATH/tools/mass_mfg/mfg_gen.py generate ${CONFIG_FILE} ${VALUES_FILE} machine ${PARTITION_SIZE} --fileid id --outdir .

It writes \`bin/machine-<id>.bin\` for each device, such as \`bin/machine-${first}.bin\`, and \`csv/machine-<id>.csv\` with what is in it. Have it write into an empty folder: it stops at a
file that is there already.

## Write a device

Your partition table needs a partition \`fctry\` besides the usual \`nvs\`, so that the stored Wi-Fi survives. For 4 MB of flash:

${PARTITION_TABLE}

    esptool write-flash ${PARTITION_OFFSET} bin/machine-${first}.bin

(esptool 4 spells it \`esptool.py write_flash\`.) Then stick the label of the same machine on it: in the sheets and in \`${VALUES_FILE}\` they stand in the same order.

The firmware opens it with \`nvs_flash_init_partition("fctry")\` and \`nvs_open_from_partition("fctry", "${NVS_NAMESPACE}", …)\`. An empty \`wifi_ssid\` means that the installer's phone
says it.
`;
}
