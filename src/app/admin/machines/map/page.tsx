import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FleetMap } from "#components/machines/fleet/fleet-map.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("fleet");
  return { title: t("title") };
}

export default function Page() {
  return <FleetMap side="admin" />;
}
