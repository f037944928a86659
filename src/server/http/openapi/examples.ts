import { ID_PREFIXES } from "#shared/ids.ts";
import type { JsonSchema } from "./json-schema.ts";

const SUFFIX = "01kaxs3w7vf5q8kq2r9b4t6m1n";
const TIME = "2026-11-22T10:00:00.000Z";

/** Values that a reader recognizes, by the name of the field. */
const BY_NAME: Record<string, unknown> = {
  email: "ada@example.com",
  password: "correct horse battery",
  name: "web-1",
  time_zone: "Asia/Seoul",
  effective_time_zone: "Asia/Seoul",
  phone_number: "+82 10-1234-5678",
  public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2b7Q1n3v8uVtq0m6y5c4x9z1w2e3r4t5y6u7i8o9p0 ada@laptop",
  ssh_keys: [`${ID_PREFIXES.sshKey}_${SUFFIX}`],
  metadata: { environment: "staging" },
  plan: "small",
  template_id: "debian-12",
  csv: "name,serial,template,latitude,longitude\nMain hall,SY-0001,snack-6x8,37.5547,126.9707\n",
  file_name: "machines.csv",
  slot: "A1",
  code: "A1",
  sku: "WATER-05",
  metric: "temp_c",
  value: 8,
  clear_value: 6,
  for_seconds: 600,
  slug: "small",
  region: "seoul",
  search: "web",
  hypervisor: "simulated",
  family: "debian",
  version: "12",
  default_user: "debian",
  tier: "free",
  private_ip: "10.20.0.12",
  public_ip: null,
  vpc_id: null,
  ip: "203.0.113.7",
  mac: "52:54:00:12:34:56",
  host: "sim-1",
  api_url: "https://pve.example.com:8006",
  node: "pve1",
  location: "kr-seoul",
  uri: "qemu+ssh://switchyard@kvm1.example.com/system",
  tls_fingerprint: Array.from({ length: 32 }, () => "5A").join(":"),
  fingerprint: "SHA256:3k1nT0b7wq2Zs8y5Vd4f6g7h8j9k0l1m2n3b4v5c6x7",
  token: "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.…",
  refresh_token: "q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6",
  expires_in: 3600,
  user_agent: "curl/8.5.0",
  kind: "vm.create",
  subject_type: "vm",
  subject_name: "web-1",
  cursor: `${ID_PREFIXES.transfer}_${SUFFIX}`,
  next_cursor: null,
  cpu: 2,
  memory_gb: 4,
  storage_gb: 40,
  min_storage_gb: 10,
  cpu_usage_percent: 12.5,
  memory_usage_percent: 41.2,
  progress: 40,
  total: 1,
  pages: 1,
  page: 1,
  limit: 20,
  vm_count: 1,
  attempt: 1,
  status_reason: null,
  error: null,
  permissions: ["vm:read", "vm:create"],
  locale: "en",
  amount: "25000",
  credits: "50000000",
  threshold: "10000000",
  monthly_cap: "200000000",
  idempotency_key: "0b6f3a52-5c1e-4c59-9d3a-6f2a8c1f7e10",
  reason: "Goodwill for the outage",
  description: "web-1: 1 hour running",
};

/** Ids by the field that holds them; a plain `id` is of the operation's own subject. */
const ID_FIELDS: Record<string, string> = {
  project_id: ID_PREFIXES.project,
  organization_id: ID_PREFIXES.organization,
  owner_id: ID_PREFIXES.user,
  operation_id: ID_PREFIXES.operation,
  provisioning_job_id: ID_PREFIXES.operation,
  deletion_job_id: ID_PREFIXES.operation,
  subject_id: ID_PREFIXES.vm,
  vm_id: ID_PREFIXES.vm,
  snapshot_id: ID_PREFIXES.snapshot,
  backup_id: ID_PREFIXES.backup,
  host_id: ID_PREFIXES.host,
  plan_id: ID_PREFIXES.plan,
  image_id: ID_PREFIXES.image,
  transfer_id: ID_PREFIXES.transfer,
  machine_id: ID_PREFIXES.machine,
  product_id: ID_PREFIXES.product,
  refill_id: ID_PREFIXES.refill,
  rule_id: ID_PREFIXES.alertRule,
  order_id: ID_PREFIXES.order,
  command_id: ID_PREFIXES.deviceCommand,
  firmware_id: ID_PREFIXES.firmware,
};

/** A field that is given instead of another: an example has the other. */
const INSTEAD_OF: Record<string, string> = { backup_id: "template_id" };

/** Regions have ids that people give. */
const REGIONS = "region";

/** The kind of id in a path: that of its collection. */
const COLLECTIONS: Record<string, string> = {
  vms: ID_PREFIXES.vm,
  projects: ID_PREFIXES.project,
  ssh_keys: ID_PREFIXES.sshKey,
  operations: ID_PREFIXES.operation,
  backups: ID_PREFIXES.backup,
  me: ID_PREFIXES.session,
  organizations: ID_PREFIXES.organization,
  auth: ID_PREFIXES.user,
  hosts: ID_PREFIXES.host,
  findings: ID_PREFIXES.hostFinding,
  plans: ID_PREFIXES.plan,
  upgrades: ID_PREFIXES.upgrade,
  prices: ID_PREFIXES.plan,
  templates: ID_PREFIXES.image,
  ip_pools: ID_PREFIXES.ipPool,
  regions: REGIONS,
  topups: ID_PREFIXES.topUp,
  statements: ID_PREFIXES.statement,
  machines: ID_PREFIXES.machine,
  machine_batches: ID_PREFIXES.machineBatch,
  alerts: ID_PREFIXES.alert,
  alert_rules: ID_PREFIXES.alertRule,
  mutes: ID_PREFIXES.alertMute,
  notifications: ID_PREFIXES.notification,
  products: ID_PREFIXES.product,
  orders: ID_PREFIXES.order,
  firmware: ID_PREFIXES.firmware,
  rollouts: ID_PREFIXES.rollout,
};

/** The prefix of ids that a path is about. */
export function idPrefixOf(path: string): string {
  const [, first = "", second = ""] = path.split("/");
  const nearest = /([a-z_]+)\/\{id\}/.exec(path)?.[1] ?? "";
  return COLLECTIONS[nearest] ?? COLLECTIONS[first === "admin" ? second : first] ?? ID_PREFIXES.transfer;
}

/** A value that fits the schema and looks like the real one. */
export function exampleOf(schema: JsonSchema, context: { name: string; idPrefix: string; components: Readonly<Record<string, JsonSchema>> }): unknown {
  const { name, idPrefix, components } = context;
  const under = (child: JsonSchema, childName: string): unknown => exampleOf(child, { name: childName, idPrefix, components });
  if (schema.$ref !== undefined) return under(components[schema.$ref.split("/").at(-1) ?? ""] ?? {}, name);
  if (name === "id") return idPrefix === REGIONS ? BY_NAME.location : `${idPrefix}_${SUFFIX}`;
  // Prices are of plans; of what else an operation or an entry is, is a VM.
  if (name === "subject_id" && idPrefix === ID_PREFIXES.plan) return `${idPrefix}_${SUFFIX}`;
  // Of prices it is a hash, elsewhere that of an SSH key.
  if (name === "fingerprint" && idPrefix === ID_PREFIXES.product) return "5f2b0c9e7a4d61838e15c0b6f97d24a3e8b1706cd5924f3ab06e9d71c28f4a5b";
  // A rule is about one machine or about a kind of machine.
  if (name === "template_id" && idPrefix === ID_PREFIXES.alertRule) return null;
  // Elsewhere it is an image.
  if (name === "template_id" && idPrefix === ID_PREFIXES.rollout) return `${ID_PREFIXES.machineTemplate}_${SUFFIX}`;
  if (ID_FIELDS[name] !== undefined) return `${ID_FIELDS[name]}_${SUFFIX}`;
  if (schema.enum !== undefined) return schema.enum.includes("running") ? "running" : schema.enum[0];
  if (schema.const !== undefined) return schema.const;
  // An object is made of its fields, whatever it is called.
  if (schema.properties !== undefined) {
    const { properties } = schema;
    return Object.fromEntries(Object.entries(properties).flatMap(([key, child]) => (Object.hasOwn(properties, INSTEAD_OF[key] ?? "") ? [] : [[key, under(child, key)]])));
  }
  if (Object.hasOwn(BY_NAME, name)) return BY_NAME[name];
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first) return under(first, name);
  if (schema.items !== undefined) return [under(schema.items, name.replace(/s$/, ""))];
  if (schema.default !== undefined) return schema.default;
  switch (schema.type) {
    case "string":
      return schema.format === "date-time" ? TIME : schema.pattern !== undefined && /\\d\{1,1[59]\}/.test(schema.pattern) ? "2500000" : "text";
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "boolean":
      return false;
    case "object":
      return {};
    default:
      return null;
  }
}
