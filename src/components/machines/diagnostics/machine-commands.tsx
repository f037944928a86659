"use client";

import { Button } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ListFoot } from "#components/table/list-foot.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
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
  const commands = query.data?.pages.flatMap((page) => page.data);
  const open = new Set(commands?.filter((command) => ["created", "sent", "accepted"].includes(command.state)).map((command) => command.type));
  return (
    <Section title={t("title")} description={t("description")} flush actions={<CommandButtons side={side} machine={machine} whyNot={whyNot} open={open} />}>
      {query.error && !commands ? (
        <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} compact />
      ) : !commands ? (
        <TableSkeleton rows={3} />
      ) : commands.length === 0 ? (
        <p className={classes.none}>{t("none")}</p>
      ) : (
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
      {query.hasNextPage && (
        <ListFoot>
          <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("older")}
          </Button>
        </ListFoot>
      )}
    </Section>
  );
}
