"use client";

import { Button, Menu } from "@mantine/core";
import { IconBellOff, IconChevronDown } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import type { AlertSide } from "./types.ts";
import { useAlertActions } from "./use-alerts.ts";
import { useAlertWords } from "./use-alert-words.ts";

const SECONDS = [3_600, 8 * 3_600, 86_400, 7 * 86_400] as const;

/** Tells nobody of a machine's alerts for a while, or of those by one rule. */
export function MuteMenu({ side, machineId, ruleId, reason = "" }: { side: AlertSide; machineId: string; ruleId: string | null; reason?: string }) {
  const t = useTranslations("alerts.mute");
  const { duration } = useAlertWords();
  const { mute } = useAlertActions(side);
  const send = (rule: string | null, seconds: number) => mute.mutate({ machineId, ruleId: rule, reason, until: new Date(Date.now() + seconds * 1_000).toISOString() });
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button variant="default" loading={mute.isPending} leftSection={<IconBellOff size={16} aria-hidden />} rightSection={<IconChevronDown size={14} aria-hidden />}>
          {t("mute")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {ruleId !== null && <Menu.Label>{t("thisRule")}</Menu.Label>}
        {ruleId !== null &&
          SECONDS.map((seconds) => (
            <Menu.Item key={`rule-${seconds}`} onClick={() => send(ruleId, seconds)}>
              {t("for", { duration: duration(seconds) })}
            </Menu.Item>
          ))}
        <Menu.Label>{t("machine")}</Menu.Label>
        {SECONDS.map((seconds) => (
          <Menu.Item key={seconds} onClick={() => send(null, seconds)}>
            {t("for", { duration: duration(seconds) })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
