import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { TextLink } from "#components/ui/text-link.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import type { VmDetail } from "../types.ts";
import classes from "./vm-notice.module.css";

const SOON_MS = 3 * 86_400_000;

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
  if (vm.status !== "terminated" && vm.status !== "rolled_back") return <ExpiryNotice vm={vm} />;
  return (
    <Notice tone="neutral">
      {t(vm.status === "terminated" ? "gone" : "rolledBack")} <TextLink href="/vms">{t("goneList")}</TextLink>
    </Notice>
  );
}

/** Only when its end is near. */
function ExpiryNotice({ vm }: { vm: VmDetail }) {
  const t = useTranslations("changes.expiry");
  const now = useClock();
  const format = useFormatter();
  const { expiry } = vm;
  if (!expiry || Date.parse(expiry.expireAt) - now > SOON_MS) return null;
  return (
    <Notice tone={expiry.deleteAt === null ? "neutral" : "bad"}>
      {t(expiry.deleteAt === null ? "soon" : "notice", { at: format.dateTime(new Date(expiry.deleteAt ?? expiry.expireAt), { dateStyle: "medium", timeStyle: "short" }) })} <TextLink href={`/vms/${vm.id}?tab=settings#expiry`}>{t("link")}</TextLink>
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
