"use client";

import { ActionIcon, Collapse, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { Elapsed } from "#components/ui/elapsed.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { operationIsOver } from "#shared/compute/states.ts";
import { OperationBody } from "../operations/operation-body.tsx";
import { useOperationWords } from "../operations/operation-words.ts";
import type { Operation, VmDetail } from "../types.ts";
import classes from "./vm-operation.module.css";

/**
 * What is being done to the VM, step by step, while it is done; afterwards how it went. A failure stays until something else is done or it is put away;
 * a success stays, folded, for those who watched it.
 */
export function VmOperation({ vm }: { vm: VmDetail }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.compute.operations.list.queryOptions({ subjectId: vm.id, limit: 1 }));
  const operation = data?.data[0];
  const [watched, setWatched] = useState<string | null>(null);
  const [dismissed, setDismissed] = useState<string | null>(null);
  if (!operation || operation.id === dismissed) return null;
  const over = operationIsOver(operation.status);
  if (!over && watched !== operation.id) setWatched(operation.id);
  const stays = operation.status === "succeeded" ? watched === operation.id : true;
  if (over && !stays) return null;
  return <OperationPanel key={operation.id} operation={operation} {...(over ? { onDismiss: () => setDismissed(operation.id) } : {})} />;
}

function OperationPanel({ operation, onDismiss }: { operation: Operation; onDismiss?: () => void }) {
  const t = useTranslations("vm.operation");
  const words = useOperationWords();
  const [toggled, setToggled] = useState<boolean | null>(null);
  const opened = toggled ?? operation.status !== "succeeded";
  return (
    <section className={classes.panel} data-status={operation.status} aria-label={words.kind(operation.kind)}>
      <div className={classes.head}>
        <UnstyledButton className={classes.toggle} onClick={() => setToggled(!opened)} aria-expanded={opened}>
          <IconChevronDown size={16} aria-hidden className={classes.chevron} data-opened={opened || undefined} />
          <span className={classes.kind}>{words.kind(operation.kind)}</span>
          <StateChip status={operation.compensating && !operationIsOver(operation.status) ? "compensating" : operation.status} kind="operation" />
          {operation.startedAt && (
            <span className={classes.took}>
              <Elapsed from={operation.startedAt} to={operation.finishedAt} />
            </span>
          )}
        </UnstyledButton>
        {onDismiss && (
          <ActionIcon aria-label={t("dismiss")} onClick={onDismiss}>
            <IconX size={16} aria-hidden />
          </ActionIcon>
        )}
      </div>
      <Collapse expanded={opened}>
        <div className={classes.body}>
          <OperationBody operation={operation} />
        </div>
      </Collapse>
    </section>
  );
}
