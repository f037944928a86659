"use client";

import { Modal, SegmentedControl } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import { formatCredits } from "#shared/credits.ts";
import { MoveForm } from "./move-form.tsx";
import type { CustomerDetail } from "./types.ts";

interface AdjustDialogProps {
  customer: CustomerDetail;
  opened: boolean;
  onClose: () => void;
}

/** Corrects a balance, up or down: against an account for corrections, neither a gift nor a sale. */
export function AdjustDialog({ customer, opened, onClose }: AdjustDialogProps) {
  const t = useTranslations("admin.adjust");
  return (
    <Modal opened={opened} onClose={onClose} title={t("title", { name: customer.organizationName })} size="md">
      <AdjustForm customer={customer} onClose={onClose} />
    </Modal>
  );
}

function AdjustForm({ customer, onClose }: Omit<AdjustDialogProps, "opened">) {
  const t = useTranslations("admin.adjust");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const [direction, setDirection] = useState<"add" | "subtract">("add");
  const adjust = useMutation(
    trpc.billing.admin.adjust.mutationOptions({
      onSuccess: ({ transfer }) => {
        notify.done(t("done", { balance: formatCredits(transfer.balanceAfter) }));
        void queryClient.invalidateQueries(trpc.platform.pathFilter());
        void queryClient.invalidateQueries(trpc.billing.pathFilter());
        onClose();
      },
    }),
  );
  const add = direction === "add";
  return (
    <MoveForm
      balance={customer.credits.balance}
      most={add ? null : BigInt(customer.credits.available)}
      sign={add ? 1n : -1n}
      effect={(amount) => t(add ? "effectAdd" : "effectSubtract", { amount, name: customer.organizationName })}
      verb={t(add ? "add" : "subtract")}
      pending={adjust.isPending}
      error={adjust.error}
      onSubmit={(move) => adjust.mutate({ organizationId: customer.organizationId, direction, ...move })}
      onClose={onClose}
    >
      <SegmentedControl
        aria-label={t("direction")}
        value={direction}
        onChange={(value) => setDirection(value === "subtract" ? "subtract" : "add")}
        data={[
          { value: "add", label: t("add") },
          { value: "subtract", label: t("subtract") },
        ]}
      />
    </MoveForm>
  );
}
