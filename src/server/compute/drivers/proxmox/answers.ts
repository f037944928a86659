import { z } from "zod";

// Answers of Proxmox, in the parts that the driver reads. Perl writes numbers as strings now and then, and booleans as 1 and 0.

const number = z.coerce.number();
const flag = z.union([z.boolean(), z.coerce.number().transform((value) => value !== 0)]);

export const resourceRows = z.array(
  z.object({
    type: z.string(),
    vmid: number.optional(),
    node: z.string().optional(),
    name: z.string().optional(),
    status: z.string().optional(),
    template: flag.optional(),
    tags: z.string().optional(),
    lock: z.string().optional(),
    /** 0..1 of all vCPUs of the VM */
    cpu: number.optional(),
    /** bytes */
    mem: number.optional(),
    maxmem: number.optional(),
    /** seconds */
    uptime: number.optional(),
    /** bytes since the start, these four */
    netin: number.optional(),
    netout: number.optional(),
    diskread: number.optional(),
    diskwrite: number.optional(),
  }),
);
export type ResourceRow = z.infer<typeof resourceRows>[number];

export const vmStatus = z.object({
  status: z.enum(["running", "stopped"]),
  qmpstatus: z.string().optional(),
  name: z.string().optional(),
  tags: z.string().optional(),
  lock: z.string().optional(),
  template: flag.optional(),
  cpus: number.optional(),
  /** bytes */
  maxmem: number.optional(),
  maxdisk: number.optional(),
  /** high availability */
  ha: z.object({ managed: flag.optional() }).optional(),
});
export type VmStatus = z.infer<typeof vmStatus>;

export const vmRows = z.array(vmStatus.extend({ vmid: number }));

/** Keys are open: scsi0, net0, ide2, … */
export const vmConfig = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).catch(""));
export type VmConfig = Readonly<Record<string, string | number | boolean>>;

export const taskRows = z.array(
  z.object({
    upid: z.string(),
    type: z.string(),
    id: z.string().optional(),
    node: z.string(),
    user: z.string().optional(),
    starttime: number,
    endtime: number.optional(),
    status: z.string().optional(),
  }),
);
export type TaskRow = z.infer<typeof taskRows>[number];

export const taskStatus = z.object({ status: z.enum(["running", "stopped"]), exitstatus: z.string().optional(), type: z.string() });
export const taskLog = z.array(z.object({ n: number, t: z.string() }));

export const snapshotRows = z.array(z.object({ name: z.string(), description: z.string().optional(), snaptime: number.optional(), vmstate: flag.optional() }));

export const storageStatus = z.object({ type: z.string(), content: z.string(), active: flag.optional(), enabled: flag.optional(), shared: flag.optional(), total: number.optional(), used: number.optional(), avail: number.optional() });
export const nodeStorages = z.array(z.object({ storage: z.string(), total: number.optional(), avail: number.optional() }));
export const storageContent = z.array(z.object({ volid: z.string() }));
/** What is configured of storages; only of those that we may see. */
export const storageRows = z.array(z.object({ storage: z.string(), "max-protected-backups": number.optional() }));
export const backupRows = z.array(
  z.object({
    volid: z.string(),
    vmid: number.optional(),
    /** seconds */
    ctime: number.optional(),
    /** bytes */
    size: number.optional(),
    /** the first line of them */
    notes: z.string().optional(),
    protected: flag.optional(),
  }),
);
export type BackupRow = z.infer<typeof backupRows>[number];
export const volumeAttributes = z.object({ notes: z.string().optional() });

/** A row with nothing but its time is a gap: the VM did not run, or nobody measured. */
export const rrdRows = z.array(
  z.object({
    /** seconds */
    time: number,
    /** 0..1 of all vCPUs */
    cpu: number.nullish(),
    /** bytes */
    mem: number.nullish(),
    maxmem: number.nullish(),
    /** bytes a second, these four */
    netin: number.nullish(),
    netout: number.nullish(),
    diskread: number.nullish(),
    diskwrite: number.nullish(),
  }),
);
export type RrdRow = z.infer<typeof rrdRows>[number];

export const nodeRows = z.array(z.object({ node: z.string(), status: z.string() }));
export const nodeStatus = z.object({
  cpu: number.optional(),
  cpuinfo: z.object({ cpus: number }),
  memory: z.object({ total: number, free: number, available: number.optional() }),
});
export const clusterStatus = z.array(z.object({ type: z.enum(["cluster", "node"]), name: z.string() }));
export const networkRows = z.array(z.object({ iface: z.string() }));
/** Path → privilege → whether it holds below that path too. */
export const permissionTree = z.record(z.string(), z.record(z.string(), flag));

export const features = z.object({ hasFeature: flag });
export const migrationCheck = z.object({
  running: flag,
  allowed_nodes: z.array(z.string()).optional(),
  not_allowed_nodes: z.record(z.string(), z.looseObject({ unavailable_storages: z.array(z.string()).optional() })).optional(),
  local_disks: z.array(z.object({ volid: z.string(), cdrom: flag.optional() })),
  local_resources: z.array(z.string()),
});

export const guestInterfaces = z.object({
  result: z.array(
    z.object({
      name: z.string(),
      "hardware-address": z.string().optional(),
      "ip-addresses": z.array(z.object({ "ip-address": z.string(), "ip-address-type": z.string() })).optional(),
    }),
  ),
});

export const consoleTicket = z.object({ port: number, ticket: z.string(), password: z.string().optional() });
