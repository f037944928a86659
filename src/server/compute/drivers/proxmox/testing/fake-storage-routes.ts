import { mayDo, mustBeAllowed } from "./fake-access.ts";
import { died, FakeError } from "./fake-errors.ts";
import type { FakeCall, FakeRoute } from "./fake-route.ts";
import { type FakeStorage, storageOf, usedOf } from "./fake-state.ts";

const STORAGE = "/nodes/{node}/storage/{storage}";
const AUDIT = ["/storage/{storage}", "Datastore.Audit"] as const;

export const STORAGE_ROUTES: readonly FakeRoute[] = [
  {
    method: "GET",
    path: "/storage",
    params: { "type?": "string" },
    run({ state, principal }) {
      const seen = state.storages.filter((each) => ["Datastore.Audit", "Datastore.AllocateSpace"].some((privilege) => mayDo(principal, `/storage/${each.name}`, privilege)));
      return [...new Map(seen.map((each) => [each.name, each])).values()].map(({ name, type, content, maxProtected }) => ({ storage: name, type, content, ...(maxProtected === undefined ? {} : { "max-protected-backups": maxProtected }) }));
    },
  },
  {
    method: "GET",
    path: "/nodes/{node}/storage",
    params: { "content?": "string", "enabled?": "boolean" },
    run({ state, principal, params }) {
      const here = state.storages.filter(({ name, node }) => (node === null || node === params.node) && ["Datastore.Audit", "Datastore.AllocateSpace"].some((privilege) => mayDo(principal, `/storage/${name}`, privilege)));
      return here
        .filter(({ content }) => params.content === undefined || content.split(",").includes(params.content))
        .map((each) => ({ storage: each.name, type: each.type, content: each.content, active: 1, enabled: 1, shared: each.node === null ? 1 : 0, total: each.total, used: usedOf(each), avail: Math.max(0, each.total - usedOf(each)) }));
    },
  },
  {
    method: "GET",
    path: `${STORAGE}/status`,
    params: {},
    needs: AUDIT,
    run(call) {
      const storage = storageHere(call);
      return { type: storage.type, content: storage.content, active: 1, enabled: 1, shared: storage.node === null ? 1 : 0, total: storage.total, used: usedOf(storage), avail: Math.max(0, storage.total - usedOf(storage)) };
    },
  },
  { method: "GET", path: `${STORAGE}/content`, params: { "content?": "string", "vmid?": "integer" }, needs: AUDIT, run: contentOf },
  {
    method: "POST",
    path: `${STORAGE}/upload`,
    params: { content: "string", filename: "string" },
    needs: ["/storage/{storage}", "Datastore.AllocateTemplate"],
    run(call) {
      const storage = storageHere(call);
      const { content: kind, filename } = call.params;
      if (!storage.content.split(",").includes(kind ?? "")) throw died(`storage '${storage.name}' does not support '${kind}' content`);
      if (!/^[^/\\]+\.(iso|img)$/i.test(filename ?? "")) throw new FakeError(400, "Parameter verification failed.", { filename: "missing '.iso' or '.img' extension" });
      const size = call.file?.length ?? 0;
      if (size === 0) throw died("no upload file");
      return call.tasks.run(call.params.node ?? "", "imgcopy", "", call.principal.name, async () => void storage.volumes.set(`${storage.name}:${kind}/${filename}`, size));
    },
  },
  {
    method: "GET",
    path: `${STORAGE}/content/{volume}`,
    params: {},
    run(call) {
      const volid = volumeHere(call);
      const { notes, protected: spared } = call.state.backups.get(volid) ?? { notes: undefined, protected: false };
      return { path: `/mnt/pve/${volid}`, size: storageHere(call).volumes.get(volid) ?? 0, used: 0, format: "vma.zst", ...(notes === undefined ? {} : { notes }), ...(spared ? { protected: 1 } : {}) };
    },
  },
  {
    method: "PUT",
    path: `${STORAGE}/content/{volume}`,
    params: { "notes?": "string", "protected?": "boolean" },
    run(call) {
      const backup = call.state.backups.get(volumeHere(call));
      if (!backup) throw died("attribute 'notes' is not supported for this volume");
      if (call.params.notes !== undefined) backup.notes = call.params.notes;
      if (call.params.protected !== undefined) backup.protected = call.params.protected === "1";
      return null;
    },
  },
  {
    method: "DELETE",
    path: `${STORAGE}/content/{volume}`,
    params: { "delay?": "integer" },
    run(call) {
      const storage = storageHere(call);
      const volume = call.params.volume ?? "";
      const backup = call.state.backups.get(volume);
      if (backup) mustBeReadable(call, volume);
      else mustBeAllowed(call.principal, `/storage/${storage.name}`, "Datastore.Allocate");
      return call.tasks.run(call.params.node ?? "", "imgdel", backup ? `${backup.vmid}@${storage.name}` : storage.name, call.principal.name, async () => {
        if (backup?.protected) throw died(`cannot remove protected archive '/mnt/pve/${volume}'`);
        if (!storage.volumes.delete(volume)) throw died(`volume '${volume}' does not exist`);
        call.state.backups.delete(volume);
      });
    },
  },
];

export function storageHere(call: FakeCall): FakeStorage {
  return storageOf(call.state, call.params.node ?? "", call.params.storage ?? "");
}

/** Whoever may read an archive. @throws FakeError 403 */
export function mustBeReadable({ state, principal }: FakeCall, volid: string): void {
  mustBeAllowed(principal, `/storage/${volid.split(":")[0]}`, "Datastore.AllocateSpace");
  mustBeAllowed(principal, `/vms/${state.backups.get(volid)?.vmid}`, "VM.Backup");
}

function volumeHere(call: FakeCall): string {
  const volid = call.params.volume ?? "";
  if (!storageHere(call).volumes.has(volid)) throw died(`volume '${volid}' does not exist`);
  if (call.state.backups.has(volid)) mustBeReadable(call, volid);
  return volid;
}

function contentOf(call: FakeCall): object[] {
  const kind = call.params.content;
  return [...storageHere(call).volumes].flatMap(([volid, size]) => {
    const backup = call.state.backups.get(volid);
    const own = backup ? "backup" : /:iso\//.test(volid) ? "iso" : "images";
    if (kind !== undefined && own !== kind) return [];
    if (!backup) return [{ volid, size, format: own === "iso" ? "iso" : "raw", content: own }];
    if (call.params.vmid !== undefined && backup.vmid !== Number(call.params.vmid)) return [];
    // What one may not read is left out.
    if (!mayDo(call.principal, `/storage/${volid.split(":")[0]}`, "Datastore.AllocateSpace") || !mayDo(call.principal, `/vms/${backup.vmid}`, "VM.Backup")) return [];
    const [notes] = backup.notes.split("\n");
    return [{ volid, size, format: "vma.zst", content: own, subtype: "qemu", vmid: backup.vmid, ctime: backup.ctime, ...(notes ? { notes } : {}), ...(backup.protected ? { protected: 1 } : {}) }];
  });
}
