import { newId } from "#shared/ids.ts";
import type { Database } from "../../src/server/infra/database.ts";

/** Somebody with an organization, by way of the API. */
export async function signUp(url: string, email = "bench@example.com"): Promise<{ token: string; organizationId: string }> {
  const response = await fetch(`${url}/v1/auth/signup`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: "a long enough password" }),
  });
  const body = (await response.json()) as { token: string; user: { organization_id: string } };
  if (response.status !== 201) throw new Error(`sign-up failed: ${JSON.stringify(body)}`);
  return { token: body.token, organizationId: body.user.organization_id };
}

/**
 * `count` VMs of an organization, in some projects, on all hosts, in several states, made a minute apart before `createdAt`. The catalog must be there; what a VM costs follows from its prices.
 * @returns their ids
 */
export async function addVms(db: Database, organizationId: string, count: number, options: { projects?: number; createdAt?: Date } = {}): Promise<string[]> {
  const at = options.createdAt ?? new Date();
  const projects = Array.from({ length: options.projects ?? 1 }, () => newId("project"));
  await db.prisma.project.createMany({ data: projects.map((id, index) => ({ id, organizationId, name: `bench-${index}`, createdAt: at })) });
  const ids = Array.from({ length: count }, () => newId("vm"));
  await db.query({
    text: `insert into vm (id, organization_id, project_id, owner_id, name, status, region, host_id, hypervisor_ref, plan_id, image_id, vcpu, memory_mb, storage_gb,
        price_ids, compute_price_per_hour, storage_price_per_hour, ssh_keys, private_ip, started_at, created_at, updated_at)
      select v.id, $2, ($3::text[])[1 + o.n % cardinality($3::text[])], 'usr_bench', (array['web', 'db', 'cache', 'queue'])[1 + o.n % 4] || '-' || o.n, s.status, h.region, h.id, 'sy-' || v.id,
        p.id, i.id, p.vcpu, p.memory_mb, p.storage_gb, priced.ids, 0, 0, '{}', host('10.0.0.0'::inet + o.n), case when s.status = 'running' then $4::timestamptz end,
        $4::timestamptz - o.n * interval '1 minute', $4
      from unnest($1::text[]) with ordinality as v(id, nth)
        cross join lateral (select v.nth::int as n) o
        cross join lateral (select case when o.n % 10 = 0 then 'terminated' when o.n % 3 = 0 then 'stopped' else 'running' end as status) s
        join (select *, row_number() over (order by id) - 1 as n, count(*) over () as of from plan) p on p.n = o.n % p.of
        cross join lateral (select array_agg(id) as ids from price where subject_id = p.id) priced
        join (select *, row_number() over (order by id) - 1 as n, count(*) over () as of from image) i on i.n = o.n % i.of
        join (select *, row_number() over (order by id) - 1 as n, count(*) over () as of from host) h on h.n = o.n % h.of`,
    values: [ids, organizationId, projects, at],
  });
  return ids;
}
