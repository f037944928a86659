"use client";

import { ActionIcon, Button, NumberInput } from "@mantine/core";
import { IconCheck, IconCloudOff, IconMinus, IconPlus } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Disclosure } from "#components/ui/disclosure.tsx";
import type { RefillSlot } from "#shared/machines/refills.ts";
import classes from "./refill.module.css";
import type { PendingConfirm } from "./refill-queue.ts";

interface RefillSlotCardProps {
  slot: RefillSlot;
  /** confirmed, and not saved yet */
  pending: PendingConfirm | undefined;
  unreachable: boolean;
  onConfirm: (confirm: PendingConfirm) => void;
}

/** One slot of a refill: what is in it, what is put in, and a press to confirm. */
export function RefillSlotCard({ slot, pending, unreachable, onConfirm }: RefillSlotCardProps) {
  const t = useTranslations("stock.refill");
  const [changing, setChanging] = useState(false);
  const confirmed = pending !== undefined || slot.line !== null;
  const words = { added: pending?.added ?? slot.line?.added ?? 0, removed: pending?.removed ?? slot.line?.removed ?? 0 };
  const after = pending ? (pending.count ?? slot.count - pending.removed + pending.added) : slot.line?.after;
  return (
    <section className={classes.card} data-done={(confirmed && !changing) || undefined} aria-label={`${slot.slot} ${slot.productName}`}>
      <header className={classes.head}>
        <span className={classes.code}>{slot.slot}</span>
        <span className={classes.name}>{slot.productName}</span>
        {confirmed && !changing && (pending ? <IconCloudOff size={22} aria-hidden /> : <IconCheck size={22} className={classes.check} aria-hidden />)}
      </header>
      {confirmed && !changing ? (
        <div className={classes.result}>
          <span>
            {t("done", { after: after ?? 0 })}
            <span className={classes.dim}>
              {words.added > 0 && ` ${t("doneAdded", { added: words.added })}`}
              {words.removed > 0 && ` ${t("doneRemoved", { removed: words.removed })}`}
            </span>
            {pending && <span className={classes.unsaved}>{t(unreachable ? "unsaved" : "saving")}</span>}
          </span>
          <Button variant="subtle" onClick={() => setChanging(true)} aria-label={t("changeSlot", { code: slot.slot })}>{t("change")}</Button>
        </div>
      ) : (
        <SlotForm
          slot={slot}
          onConfirm={(confirm) => {
            setChanging(false);
            onConfirm(confirm);
          }}
        />
      )}
    </section>
  );
}

function SlotForm({ slot, onConfirm }: { slot: RefillSlot; onConfirm: (confirm: PendingConfirm) => void }) {
  const t = useTranslations("stock.refill");
  const [added, setAdded] = useState(slot.line?.added ?? Math.max(0, slot.target - slot.count));
  const [removed, setRemoved] = useState<number | string>(slot.line?.removed ?? "");
  const [counted, setCounted] = useState<number | string>(slot.line?.counted ? slot.line.after : "");
  const count = typeof counted === "number" ? counted : null;
  const out = typeof removed === "number" ? removed : 0;
  const room = slot.capacity - slot.count + out;
  const fits = count === null ? added <= room && out <= slot.count + added : count <= slot.capacity;
  return (
    <>
      <p className={classes.dim}>{slot.count >= slot.target ? t("full", { count: slot.count }) : t("inside", { count: slot.count, target: slot.target })}</p>
      {slot.uncertain && <p className={classes.doubt}>{t("uncertain")}</p>}
      <div className={classes.stepper} role="group" aria-label={t("added")}>
        <ActionIcon size={48} variant="default" onClick={() => setAdded(Math.max(0, added - 1))} disabled={added <= 0} aria-label={t("less", { code: slot.slot })}>
          <IconMinus size={22} />
        </ActionIcon>
        <span className={classes.amount} aria-live="polite">+{added}</span>
        <ActionIcon size={48} variant="default" onClick={() => setAdded(added + 1)} disabled={count === null && added >= room} aria-label={t("more", { code: slot.slot })}>
          <IconPlus size={22} />
        </ActionIcon>
        <Button className={classes.confirm ?? ""} size="md" h={48} disabled={!fits} onClick={() => onConfirm({ slot: slot.slot, added, removed: out, count })} aria-label={t("confirmSlot", { code: slot.slot })}>
          {t("confirm")}
        </Button>
      </div>
      <Disclosure label={t("options")} hint="">
        <div className={classes.options}>
          <NumberInput size="md" label={t("removed")} min={0} allowDecimal={false} inputMode="numeric" value={removed} onChange={setRemoved} />
          <NumberInput size="md" label={t("counted")} description={t("countedHelp")} min={0} max={slot.capacity} allowDecimal={false} inputMode="numeric" value={counted} onChange={setCounted} />
        </div>
      </Disclosure>
    </>
  );
}
