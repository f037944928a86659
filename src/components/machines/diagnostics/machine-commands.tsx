"use client";

import { useTranslations } from "next-intl";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { CursorSection } from "#components/table/cursor-section.tsx";
import type { MachinePanelProps } from "../machine-tabs.tsx";
import { CommandButtons } from "./command-buttons.tsx";
import { CommandRow } from "./command-row.tsx";
import classes from "./commands.module.css";
import { useCommands, useIssueCommand } from "./use-diagnostics.ts";

const DOUBTFUL = new Set(["expired", "unknown"]);

/** What the machine was told and what became of it, and what else one can tell it. */
export function MachineCommands({ side, machine }: MachinePanelProps) {
  const t = useTranslations("diagnostics.commands");
  const { me, organization } = useViewer();
  const permitted = side === "admin" ? me.permissions.includes("platform:machines:write") : organization.permissions.includes("machine:command");
  const whyNot = !permitted ? t("whyNot.noPermission") : machine.status === "online" ? null : t(machine.status === "decommissioned" ? "whyNot.decommissioned" : machine.status === "offline" ? "whyNot.offline" : "whyNot.never");
  const query = useCommands(side, machine.id);
  const ask = useIssueCommand(side);
  const known = query.data?.pages.flatMap((page) => page.data) ?? [];
  const open = new Set(known.filter((command) => ["created", "sent", "accepted"].includes(command.state)).map((command) => command.type));
  return (
    <CursorSection
      title={t("title")}
      description={t("description")}
      actions={<CommandButtons side={side} machine={machine} whyNot={whyNot} open={open} />}
      query={query}
      failed={t("loadFailed")}
      skeletonRows={3}
      empty={<p className={classes.none}>{t("none")}</p>}
      more={t("older")}
    >
      {(commands) => (
        <ol className={classes.list}>
          {commands.map((command) => (
            <CommandRow
              key={command.id}
              command={command}
              onAsk={whyNot === null && command.type !== "query" && DOUBTFUL.has(command.state) ? () => ask.mutate({ id: machine.id, type: "query", commandId: command.id }) : null}
            />
          ))}
        </ol>
      )}
    </CursorSection>
  );
}
