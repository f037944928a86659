"use client";

import { Menu, ActionIcon } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import type { Column } from "#components/table/data-table.tsx";
import { FilteredList } from "#components/table/filtered-list.tsx";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { isOpen } from "#shared/machines/rollouts.ts";
import { ROLLOUT_MACHINE_STATES } from "#shared/machines/states.ts";
import classes from "./firmware.module.css";
import { MachineProgress } from "./machine-progress.tsx";
import type { RolloutDetail, RolloutMachine } from "./types.ts";

/** The machines of a rollout: how far each is, what it waits for, what went wrong. */
export function RolloutMachines({ rollout, mayWrite }: { rollout: RolloutDetail; mayWrite: boolean }) {
  const t = useTranslations("firmware.machines");
  const words = useTranslations("updates");
  const trpc = useTRPC();
  const filters = useListFilters(ROLLOUT_MACHINE_STATES);
  const state = useTableState();
  const input = { id: rollout.id, page: state.page, ...(filters.status ? { state: filters.status } : {}), ...(filters.q ? { search: filters.q } : {}) };
  const query = useQuery(trpc.machines.firmware.rollouts.machines.queryOptions(input, { placeholderData: keepPreviousData }));
  const live = rollout.status === "running" || rollout.status === "paused";
  const columns: Column<RolloutMachine & { id: string }>[] = [
    {
      key: "name",
      title: t("name"),
      render: (machine) => (
        <span className={classes.machine}>
          {machine.name}
          <span className={classes.dim}>{machine.organizationName}</span>
        </span>
      ),
    },
    { key: "state", title: t("state"), render: (machine) => <MachineProgress progress={machine} waitsFor={machine.waitsFor} retryAt={machine.retryAt} tolerated={machine.tolerated} /> },
    { key: "step", title: t("step"), from: "md", width: 90, render: (machine) => (machine.step === 0 ? t("canary") : machine.step) },
    { key: "runs", title: t("runs"), from: "md", width: 110, render: (machine) => machine.runs ?? "—" },
    { key: "updatedAt", title: t("changed"), from: "lg", align: "right", width: 110, render: (machine) => <RelativeTime at={machine.updatedAt} /> },
    ...(mayWrite && live ? [{ key: "actions", title: "", width: 48, align: "right" as const, render: (machine: RolloutMachine) => <MachineMenu rolloutId={rollout.id} machine={machine} /> }] : []),
  ];
  const rows = query.data && { ...query.data, data: query.data.data.map((machine) => ({ ...machine, id: machine.machineId })) };
  return (
    <div>
      <FilteredList
        label={t("title")}
        query={{ data: rows, error: query.error, isPlaceholderData: query.isPlaceholderData, refetch: query.refetch }}
        columns={columns}
        filters={filters}
        state={state}
        searchLabel={t("search")}
        statuses={ROLLOUT_MACHINE_STATES.map((value) => ({ value, label: words(`states.${value}`) }))}
        rowHref={(machine) => `/admin/machines/${machine.machineId}`}
        empty={<EmptyState title={t("empty")} compact />}
      />
    </div>
  );
}

function MachineMenu({ rolloutId, machine }: { rolloutId: string; machine: RolloutMachine }) {
  const t = useTranslations("firmware.machines");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const options = (done: string) => ({
    onSuccess: () => {
      notify.done(done);
      void queryClient.invalidateQueries(trpc.machines.firmware.rollouts.pathFilter());
    },
    onError: (error: unknown) => notify.failed(t("notDone"), error),
  });
  const retry = useMutation(trpc.machines.firmware.rollouts.retryMachine.mutationOptions(options(t("retried", { name: machine.name }))));
  const skip = useMutation(trpc.machines.firmware.rollouts.skipMachine.mutationOptions(options(t("skipped", { name: machine.name }))));
  const maySkip = isOpen(machine.state) && machine.state !== "installing";
  const mayRetry = !isOpen(machine.state) && machine.state !== "succeeded";
  if (!maySkip && !mayRetry) return null;
  const input = { id: rolloutId, machineId: machine.machineId };
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t("menu", { name: machine.name })} loading={retry.isPending || skip.isPending}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {mayRetry && <Menu.Item onClick={() => retry.mutate(input)}>{t("retry")}</Menu.Item>}
        {maySkip && <Menu.Item onClick={() => skip.mutate(input)}>{t("skip")}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
