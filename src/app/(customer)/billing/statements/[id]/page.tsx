import type { Metadata } from "next";
import { fetchOrNotFound, trpc } from "#components/api/server.ts";
import { StatementView } from "#components/billing/statements/statement-view.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  return { title: (await fetchOrNotFound(trpc.statements.get.queryOptions({ id }))).number };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  return <StatementView statement={await fetchOrNotFound(trpc.statements.get.queryOptions({ id }))} />;
}
