"use client";

import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import { formatCredits } from "#shared/credits.ts";
import { exactCredits } from "./exact-credits.ts";
import { MoveForm } from "./move-form.tsx";
import type { CustomerDetail, LedgerEntry } from "./types.ts";

/** What can be given back of an entry by hand: a charge to the customer, a grant from the customer. Null: nothing. */
export function givenBackAs(entry: LedgerEntry): "refund" | "revoke" | null {
  if (BigInt(entry.reversible) <= 0n) return null;
  return entry.kind === "usage" ? "refund" : entry.kind === "grant" ? "revoke" : null;
}

interface GiveBackDialogProps {
  customer: CustomerDetail;
  /** null closes it */
  entry: LedgerEntry | null;
  onClose: () => void;
}

/** Refunds a charge, or revokes what is left of a grant, in whole or in part. */
export function GiveBackDialog({ customer, entry, onClose }: GiveBackDialogProps) {
  const t = useTranslations("admin.giveBack");
  const as = entry && givenBackAs(entry);
  return (
    <Modal opened={as !== null} onClose={onClose} title={as && t(`${as}.title`)} size="md">
      {entry && as && <GiveBackForm key={entry.id} customer={customer} entry={entry} as={as} onClose={onClose} />}
    </Modal>
  );
}

function GiveBackForm({ customer, entry, as, onClose }: { customer: CustomerDetail; entry: LedgerEntry; as: "refund" | "revoke"; onClose: () => void }) {
  const t = useTranslations("admin.giveBack");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const onSuccess = ({ transfer }: { transfer: { balanceAfter: string } }) => {
    notify.done(t(`${as}.done`, { balance: formatCredits(transfer.balanceAfter) }));
    void queryClient.invalidateQueries(trpc.platform.pathFilter());
    void queryClient.invalidateQueries(trpc.billing.pathFilter());
    onClose();
  };
  const refund = useMutation(trpc.billing.admin.refund.mutationOptions({ onSuccess }));
  const revoke = useMutation(trpc.billing.admin.revoke.mutationOptions({ onSuccess }));
  const mutation = as === "refund" ? refund : revoke;
  return (
    <MoveForm
      balance={customer.credits.balance}
      most={BigInt(entry.reversible)}
      initial={exactCredits(entry.reversible)}
      sign={as === "refund" ? 1n : -1n}
      effect={(amount) => t(`${as}.effect`, { amount, name: customer.organizationName, what: entry.description })}
      verb={t(`${as}.verb`)}
      pending={mutation.isPending}
      error={mutation.error}
      onSubmit={(move) => mutation.mutate({ transferId: entry.id, ...move })}
      onClose={onClose}
    >
      <p>{t(`${as}.text`, { what: entry.description, amount: formatCredits(entry.amount.replace("-", ""), 4) })}</p>
    </MoveForm>
  );
}
