import { PGlite } from "@electric-sql/pglite";
import { expect, it } from "vitest";
import { wrapPglite } from "#server/infra/database.ts";
import { applyMigrations, readMigrations } from "#server/infra/migrations.ts";

const VERSIONS = "_price_versions";

it("gives plans, upgrades and what runs the versions that they were sold at; nobody pays another price", { timeout: 120_000 }, async () => {
  const migrations = await readMigrations(process.cwd());
  const from = migrations.findIndex((migration) => migration.name.endsWith(VERSIONS));
  const db = wrapPglite(await PGlite.create());
  const rows = <Row>(text: string) => db.query<Row>({ text });
  try {
    await applyMigrations(db, migrations.slice(0, from));
    const vm = (id: string, status: string, compute: number, storage: number) =>
      `insert into vm (id, organization_id, project_id, owner_id, name, status, region, plan_id, image_id, vcpu, memory_mb, storage_gb, compute_price_per_hour, storage_price_per_hour, ssh_keys, created_at, updated_at)
        values ('${id}', 'org_a', 'prj_a', 'usr_a', '${id}', '${status}', 'kr-seoul', 'pln_a', 'img_a', 1, 1024, 10, ${compute}, ${storage}, '{}', now(), now());`;
    const span = (id: string, vmId: string, component: string, price: number, ended: boolean) =>
      `insert into meter_span (id, organization_id, resource_type, resource_id, resource_name, component, price_per_hour, anchor_at, started_at, ended_at, due_at)
        values ('${id}', 'org_a', 'vm', '${vmId}', '${vmId}', '${component}', ${price}, now(), now(), ${ended ? "now()" : "null"}, ${ended ? "null" : "now()"});`;
    const upgraded = (id: string, vmId: string, status: string) =>
      `insert into operation (id, organization_id, kind, subject_type, subject_id, subject_name, status, input, next_run_at, created_at)
        values ('${id}', 'org_a', 'vm.upgrade', 'vm', '${vmId}', '${vmId}', '${status}', '{"upgrade": "more", "computePrice": "30", "storagePrice": "3"}', now(), now());`;
    await db.exec(`
      insert into region (id, name) values ('kr-seoul', 'Seoul') on conflict do nothing;
      insert into project (id, organization_id, name, created_at) values ('prj_a', 'org_a', 'a', now());
      insert into image (id, slug, name, family, version, default_user, min_storage_gb) values ('img_a', 'a', 'a', 'debian', '12', 'debian', 1);
      insert into plan (id, slug, name, vcpu, memory_mb, storage_gb, compute_price_per_hour, storage_price_per_hour) values ('pln_a', 'a', 'a', 1, 1024, 10, 100, 10);
      insert into upgrade (id, slug, name, vcpu, compute_price_per_hour, storage_price_per_hour) values ('upg_a', 'more', 'more', 1, 30, 3);
      ${vm("vm_now", "running", 100, 10)} ${vm("vm_old", "running", 80, 10)} ${vm("vm_larger", "stopped", 130, 13)} ${vm("vm_larger_soon", "stopped", 100, 10)} ${vm("vm_gone", "terminated", 70, 7)}
      ${upgraded("op_done", "vm_larger", "succeeded")} ${upgraded("op_failed", "vm_old", "failed")} ${upgraded("op_waits", "vm_larger_soon", "queued")}
      ${span("spn_1", "vm_old", "compute", 80, false)} ${span("spn_2", "vm_old", "storage", 10, false)} ${span("spn_3", "vm_larger", "compute", 100, true)} ${span("spn_4", "vm_larger", "storage", 13, false)}`);
    const before = await rows<{ id: string; compute: number; storage: number }>("select id, compute_price_per_hour::int as compute, storage_price_per_hour::int as storage from vm order by id");

    await applyMigrations(db, migrations);
    expect(await rows("select id, compute_price_per_hour::int as compute, storage_price_per_hour::int as storage from vm order by id")).toEqual(before);
    const sums = "(select coalesce(sum(p.price_per_hour), 0)::int from price p where p.id = any(v.price_ids) and p.component =";
    expect(await rows(`select v.id, ${sums} 'compute') as compute, ${sums} 'storage') as storage from vm v where v.status <> 'terminated' order by v.id`)).toEqual(before.filter(({ id }) => id !== "vm_gone"));
    expect(await rows("select id, cardinality(price_ids) as versions from vm order by id")).toEqual([
      { id: "vm_gone", versions: 0 },
      { id: "vm_larger", versions: 4 },
      { id: "vm_larger_soon", versions: 2 },
      { id: "vm_now", versions: 2 },
      { id: "vm_old", versions: 2 },
    ]);
    // What is for sale costs what it cost.
    expect(await rows("select distinct on (subject_id, component) subject_id, component, price_per_hour::int as price from price where effective_from <= now() order by subject_id, component, effective_from desc")).toEqual([
      { subject_id: "pln_a", component: "compute", price: 100 },
      { subject_id: "pln_a", component: "storage", price: 10 },
      { subject_id: "upg_a", component: "compute", price: 30 },
      { subject_id: "upg_a", component: "storage", price: 3 },
    ]);
    // What is charged from names its versions, which make its price; what is all charged stays as it was.
    expect(await rows("select s.id, (select sum(p.price_per_hour)::int from price p where p.id = any(s.price_ids) and p.component = s.component) as price from meter_span s order by s.id")).toEqual([
      { id: "spn_1", price: 80 },
      { id: "spn_2", price: 10 },
      { id: "spn_3", price: null },
      { id: "spn_4", price: 13 },
    ]);
    // An upgrade that waits is done at the price that it was asked for at.
    expect(await rows("select o.id, (select array_agg(p.price_per_hour::int order by p.price_per_hour) from price p where o.input->'priceIds' ? p.id) as prices from operation o order by o.id")).toEqual([
      { id: "op_done", prices: null },
      { id: "op_failed", prices: null },
      { id: "op_waits", prices: [3, 30] },
    ]);
  } finally {
    await db.close();
  }
});
