import { useTranslations } from "next-intl";

/** "2 vCPU · 4 GB · 40 GB": processors, memory, disk. */
export function VmSize({ resources }: { resources: { cpu: number; memoryGb: number; storageGb: number } }) {
  const t = useTranslations("vm");
  return <>{t("size", { cpu: resources.cpu, memory: resources.memoryGb, storage: resources.storageGb })}</>;
}
