"use client";

import { Button, Group, Progress } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { operationIsOver } from "#shared/compute/states.ts";
import type { Operation } from "../types.ts";
import classes from "./operation-body.module.css";
import { BatchResults } from "./batch-results.tsx";
import { OperationSteps } from "./operation-steps.tsx";
import { useOperationActions } from "./use-operation-actions.ts";

/** What an operation does, step by step; what went wrong and what was done about it; cancel or retry. */
export function OperationBody({ operation }: { operation: Operation }) {
  const t = useTranslations("vm.operation");
  const actions = useOperationActions(operation);
  const [asking, setAsking] = useState(false);
  const over = operationIsOver(operation.status);
  return (
    <div>
      {!over && (
        <Progress
          value={operation.progress}
          size={4}
          mb="sm"
          color={operation.compensating ? "amber" : "teal"}
          aria-label={t("progress", { percent: operation.progress })}
        />
      )}
      {operation.error && (
        <div className={classes.error} role="alert">
          <IconAlertTriangle size={16} aria-hidden />
          <div>
            <p className={classes.reason}>{operation.error.message}</p>
            {!operation.results && <p className={classes.consequence}>{t(operation.abandoned ? "abandoned" : over ? "undone" : "undoing")}</p>}
          </div>
        </div>
      )}
      <OperationSteps operation={operation} />
      {operation.results && <BatchResults results={operation.results} />}
      {(actions.canCancel || actions.canRetry) && (
        <Group gap="xs" mt="sm">
          {actions.canRetry && (
            <Button size="xs" onClick={actions.retry} loading={actions.pending}>
              {t("retry")}
            </Button>
          )}
          {actions.canCancel && (
            <Button size="xs" variant="default" onClick={() => setAsking(true)} loading={actions.pending}>
              {t("cancel")}
            </Button>
          )}
        </Group>
      )}
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("askCancel", { name: operation.subjectName })}
        confirmLabel={t("cancelIt")}
        onConfirm={() => {
          actions.cancel();
          setAsking(false);
        }}
        danger
      >
        {t("cancelText")}
      </ConfirmDialog>
    </div>
  );
}
