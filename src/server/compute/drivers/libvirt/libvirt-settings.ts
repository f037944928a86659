import { z } from "zod";

/** Names in libvirt: nothing that a command could take for an option or a path. */
const name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}$/);

/** Connections to the hypervisors of libvirt, by libvirt's own drivers for them. */
const URI = /^(qemu|xen|esx|vpx|hyperv|bhyve|ch|vz|test)(\+(ssh|tls|tcp|unix))?:\/\/[^\s"'<>\\]*$/;

/** Parameters that choose files, programs or trust on this computer: they come from the credentials alone. */
const OWN_PARAMETERS = new Set(["command", "keyfile", "known_hosts", "known_hosts_verify", "no_verify", "pkipath", "netcat", "proxy", "sshauth", "no_sanity"]);

/** A host's endpoint: qemu:///system · qemu+ssh://root@host/system · qemu+tls://host/system */
export const libvirtEndpointSchema = z
  .string()
  .max(500)
  .regex(URI, "a libvirt URI: qemu:///system, qemu+ssh://root@host.example.com/system or qemu+tls://host.example.com/system")
  .refine((uri) => URL.canParse(uri), "no valid URI")
  .refine((uri) => !URL.canParse(uri) || ![...new URL(uri).searchParams.keys()].some((key) => OWN_PARAMETERS.has(key)), "keys and certificates are credentials, not parts of the URI")
  // ssh and virsh would read such a name as an option.
  .refine((uri) => !URL.canParse(uri) || ![new URL(uri).hostname, decodeURIComponent(new URL(uri).username)].some((part) => part.startsWith("-")), "no valid URI");

/** What a host's driver is told about the host. */
export const libvirtSettingsSchema = z.object({
  /** storage pool for disks where a plan names none; images lie there too */
  pool: name.default("default"),
  /** storage pool (a folder) that takes backups; null: there are none */
  backupPool: name.nullable().default(null),
  /** virtual network of interfaces where no bridge is named */
  network: name.default("default"),
  /** Open vSwitch bridges take VLAN tags; Linux bridges do not */
  openvswitch: z.boolean().default(false),
  /** null: the best that the host has: kvm, else qemu (emulation, slow) */
  domainType: z.enum(["kvm", "qemu", "xen", "vmware", "hyperv"]).nullable().default(null),
  /** null: hosts with the same kind of CPU move VMs as they are (host-model) */
  cpuModel: name.nullable().default(null),
  /** how other hosts' libvirtd reach this one's when a VM moves here (qemu+tls://…); null: this program talks to both */
  migrationUri: z.string().max(500).regex(URI).nullable().default(null),
  /** where other hosts' QEMU send memory and disks when a VM moves here (tcp://10.0.0.2); null: the host's own name */
  migrationAddress: z.string().max(200).regex(/^(tcp|rdma):\/\/[A-Za-z0-9_.:[\]-]+$/).nullable().default(null),
  /** the pool is one and the same on the hosts that VMs move between; network pools are recognized without this */
  sharedStorage: z.boolean().default(false),
});
export type LibvirtSettings = z.infer<typeof libvirtSettingsSchema>;

/** What it takes to get in. Empty for qemu:///system. */
export const libvirtCredentialsSchema = z.object({
  /** qemu+ssh: the private key, as ssh-keygen writes it, without passphrase; without it the keys of the account that runs this program are tried */
  privateKey: z.string().max(20_000).optional(),
  /** qemu+ssh: lines of known_hosts for the host, as ssh-keyscan prints them; without them those of the account that runs this program count */
  knownHosts: z.string().max(20_000).optional(),
  /** qemu+tls: PEM of the authority, and of our own certificate and key */
  caCertificate: z.string().max(50_000).optional(),
  clientCertificate: z.string().max(50_000).optional(),
  clientKey: z.string().max(20_000).optional(),
});
export type LibvirtCredentials = z.infer<typeof libvirtCredentialsSchema>;
