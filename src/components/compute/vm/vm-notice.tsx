import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { TextLink } from "#components/ui/text-link.tsx";
import type { VmDetail } from "../types.ts";
import classes from "./vm-notice.module.css";

/** What one has to know before anything else: the VM is gone, was never made, or is in error, and why. */
export function VmNotice({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.detail");
  if (vm.status === "error") {
    return (
      <Notice tone="bad">
        {t("reason")}: {vm.statusReason}
      </Notice>
    );
  }
  if (vm.status !== "terminated" && vm.status !== "rolled_back") return null;
  return (
    <Notice tone="neutral">
      {t(vm.status === "terminated" ? "gone" : "rolledBack")} <TextLink href="/vms">{t("goneList")}</TextLink>
    </Notice>
  );
}

function Notice({ tone, children }: { tone: "bad" | "neutral"; children: React.ReactNode }) {
  const Icon = tone === "bad" ? IconAlertTriangle : IconInfoCircle;
  return (
    <div className={classes.notice} data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <Icon size={18} aria-hidden />
      <p>{children}</p>
    </div>
  );
}
