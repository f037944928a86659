import { Box } from "@mantine/core";
import { useFormatter, useTranslations } from "next-intl";
import { Notice } from "#components/ui/notice.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import type { VmDetail } from "../types.ts";

const SOON_MS = 3 * 86_400_000;

/** What one has to know before anything else: the VM is gone, was never made, or is in error, and why. */
export function VmNotice({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.detail");
  if (vm.status === "error") {
    return (
      <Box mb={16}>
        <Notice tone="bad" title={t("inError")}>
          {vm.statusReason}
        </Notice>
      </Box>
    );
  }
  if (vm.status !== "terminated" && vm.status !== "rolled_back") return <ExpiryNotice vm={vm} />;
  const what = vm.status === "terminated" ? "gone" : "rolledBack";
  return (
    <Box mb={16}>
      <Notice tone="neutral" title={t(what)}>
        {t(`${what}Text`)} <TextLink href="/vms">{t("goneList")}</TextLink>
      </Notice>
    </Box>
  );
}

/** Only when its end is near. */
function ExpiryNotice({ vm }: { vm: VmDetail }) {
  const t = useTranslations("changes.expiry");
  const now = useClock();
  const format = useFormatter();
  const { expiry } = vm;
  if (!expiry || Date.parse(expiry.expireAt) - now > SOON_MS) return null;
  const at = format.dateTime(new Date(expiry.deleteAt ?? expiry.expireAt), { dateStyle: "medium", timeStyle: "short" });
  return (
    <Box mb={16}>
      <Notice tone={expiry.deleteAt === null ? "warn" : "bad"} title={t(expiry.deleteAt === null ? "soon" : "notice", { at })}>
        <TextLink href={`/vms/${vm.id}?tab=settings#expiry`}>{t("link")}</TextLink>
      </Notice>
    </Box>
  );
}
