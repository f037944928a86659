import type { Runtime } from "#server/infra/runtime.ts";
import type { VmidStore } from "../drivers/proxmox/vmids.ts";

/** How long a number that was given back rests: tasks, backups and people's notes still speak of its old owner. */
const REST_MS = 7 * 86_400_000;
/** Each round of a race has a winner, so this many can ask at once. */
const ROUNDS = 200;

/**
 * Numbers of VMs in the table proxmox_vmid, where the primary key is what makes it impossible to give one twice. A number that rests has a ref of its own, so
 * that its old owner can be given another.
 */
export function createVmidStore(rt: Pick<Runtime, "db" | "clock">): VmidStore {
  const find = async (cluster: string, ref: string): Promise<number | null> => {
    const rows = await rt.db.query<{ vmid: number }>({ name: "vmid_find", text: "select vmid from proxmox_vmid where cluster = $1 and ref = $2 and released_at is null", values: [cluster, ref] });
    return rows[0]?.vmid ?? null;
  };
  const rest = async (cluster: string, ref: string, vmid: number | null): Promise<void> => {
    await rt.db.query({
      name: "vmid_rest",
      text: `update proxmox_vmid set released_at = $4, ref = 'resting:' || vmid || ':' || ref
        where cluster = $1 and ref = $2 and released_at is null and ($3::int is null or vmid = $3)`,
      values: [cluster, ref, vmid, rt.clock.now()],
    });
  };
  return {
    find,
    async reserve(cluster, ref, range) {
      const at = rt.clock.now();
      await rt.db.query({ name: "vmid_rested", text: "delete from proxmox_vmid where cluster = $1 and released_at < $2", values: [cluster, new Date(at.getTime() - REST_MS)] });
      for (let round = 0; round < ROUNDS; round += 1) {
        const has = await find(cluster, ref);
        if (has !== null) return has;
        const free = await lowestFree(rt, cluster, range);
        if (free === null) throw new Error(`every VM number between ${range.from} and ${range.to} is taken or rests`);
        const rows = await rt.db.query<{ vmid: number }>({
          name: "vmid_take",
          text: "insert into proxmox_vmid (cluster, vmid, ref, taken_at) values ($1, $2, $3, $4) on conflict do nothing returning vmid",
          values: [cluster, free, ref, at],
        });
        if (rows[0]) return rows[0].vmid;
      }
      throw new Error("too many VMs are made at once");
    },
    async owner(cluster, vmid) {
      const rows = await rt.db.query<{ ref: string }>({ name: "vmid_owner", text: "select ref from proxmox_vmid where cluster = $1 and vmid = $2 and released_at is null", values: [cluster, vmid] });
      return rows[0]?.ref ?? null;
    },
    discard: (cluster, ref, vmid) => rest(cluster, ref, vmid),
    release: (cluster, ref) => rest(cluster, ref, null),
  };
}

/** The lowest number without a row: the first of the range, or the one after another's. */
async function lowestFree(rt: Pick<Runtime, "db">, cluster: string, range: { from: number; to: number }): Promise<number | null> {
  const rows = await rt.db.query<{ vmid: number | null }>({
    name: "vmid_free",
    text: `select min(n)::int as vmid from (select $2::int as n union all select vmid + 1 from proxmox_vmid where cluster = $1 and vmid >= $2 and vmid < $3) candidate
      where not exists (select 1 from proxmox_vmid p where p.cluster = $1 and p.vmid = n)`,
    values: [cluster, range.from, range.to],
  });
  return rows[0]?.vmid ?? null;
}
