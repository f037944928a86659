import type { Metadata } from "next";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, prefetch, requestQueryClient, trpc } from "#components/api/server.ts";
import { CustomerPage } from "#components/admin/billing/customer-page.tsx";
import { entriesInput, lotsInput } from "#components/admin/billing/queries.ts";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  const customer = await fetchOrNotFound(trpc.platform.customer.queryOptions({ organizationId: id }));
  return { title: customer.organizationName };
}

/** The id is the organization's: credits belong to it. */
export default async function Page({ params }: PageProps) {
  const { id } = await params;
  await Promise.all([
    fetchOrNotFound(trpc.platform.customer.queryOptions({ organizationId: id })),
    prefetch(trpc.billing.admin.lots.queryOptions(lotsInput(id)), trpc.platform.holds.queryOptions({ page: 1, organizationId: id })),
    requestQueryClient().prefetchInfiniteQuery(trpc.billing.admin.ledger.infiniteQueryOptions(entriesInput(id), { getNextPageParam: (page) => page.nextCursor })),
  ]);
  return (
    <Hydrate>
      <CustomerPage organizationId={id} />
    </Hydrate>
  );
}
