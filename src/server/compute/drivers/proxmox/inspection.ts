import type { Inspection } from "../capabilities.ts";
import type { VmObservation } from "../driver.ts";
import { addressOf } from "./agent.ts";
import { vmRows } from "./answers.ts";
import { bootDisk, diskGb } from "./disks.ts";
import { ProxmoxError } from "./errors.ts";
import { apiPath } from "./form.ts";
import { sizeOf } from "./hardware.ts";
import { isOurTag, refOfMarks, tagsOf } from "./identity.ts";
import { configOf, isHere, lookAt, powerOf } from "./look.ts";
import { macOf } from "./network.ts";
import { parseProperties } from "./property-string.ts";
import type { Session } from "./session.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** With what a restore begins. */
const BARE_MEMORY = 128 * MIB;

export function inspectionCalls(session: Session): Inspection {
  return {
    async inspect(ref, call) {
      const vm = await lookAt(session, ref, call);
      if (!vm || !isHere(session, vm)) return null;
      const config = await configOf(session, vm, call).catch(unlessAbsent);
      // It has gone, or moved to another node, between two requests.
      if (!config) return null;
      const size = sizeOf(config);
      const mac = macOf(typeof config.net0 === "string" ? config.net0 : undefined);
      const running = vm.power === "running" && !vm.forming;
      return {
        ref,
        name: vm.status.name ?? `VM ${vm.vmid}`,
        power: vm.power,
        busy: (vm.lock === "suspended" ? null : vm.lock) ?? vm.tasks[0]?.type ?? null,
        privateIp: running ? ((await addressOf(session, vm, mac, call)) ?? fixedAddress(config.ipconfig0)) : null,
        mac,
        vcpu: size.vcpu,
        memoryMb: size.memoryMb,
        storageGb: diskGb(bootDisk(config)),
      };
    },

    async list(call) {
      const rows = await session.client.get(apiPath`/nodes/${session.place.node}/qemu`, { full: true }, vmRows, call);
      const found = rows.filter((row) => !row.template).map(async (row): Promise<VmObservation> => {
        const marked = refOfMarks(row.vmid, row);
        // A clone under way has no marks yet, a VM that is being restored none for a while, one made from a backup those of its original: whose number is it?
        const unsure = marked.startsWith("pve:") && (row.lock === "clone" || row.lock === "create" || tagsOf(row.tags).some(isOurTag) || row.maxmem === BARE_MEMORY);
        const ref = unsure ? ((await session.vmids.owner(session.place.origin, row.vmid)) ?? marked) : marked;
        return {
          ref,
          name: row.name ?? `VM ${row.vmid}`,
          power: powerOf(row),
          busy: row.lock && row.lock !== "suspended" ? row.lock : null,
          // Both would be a request for each VM.
          privateIp: null,
          mac: null,
          vcpu: row.cpus ?? 0,
          memoryMb: Math.round((row.maxmem ?? 0) / MIB),
          storageGb: row.maxdisk ? Math.ceil(row.maxdisk / GIB) : null,
        };
      });
      return Promise.all(found);
    },
  };
}

function unlessAbsent(error: unknown): null {
  if (error instanceof ProxmoxError && error.reason === "absent") return null;
  throw error;
}

/** The address that the guest was told to take: what a guest without an agent has. */
function fixedAddress(ipconfig: string | number | boolean | undefined): string | null {
  const ip = typeof ipconfig === "string" ? parseProperties(ipconfig).options.get("ip") : undefined;
  return ip !== undefined && /^[\d.]+\/\d+$/.test(ip) ? (ip.split("/")[0] ?? null) : null;
}
