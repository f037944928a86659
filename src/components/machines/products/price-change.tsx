"use client";

import { useDebouncedValue } from "@mantine/hooks";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { parseAsArrayOf, parseAsString, useQueryState } from "nuqs";
import { useRef, useState } from "react";
import { errorBodyOf } from "#components/api/errors.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { newRequestKey } from "#components/admin/request-key.ts";
import type { MachineSide } from "../use-machines.ts";
import { PriceChangeForm } from "./price-change-form.tsx";
import { priceChangeOf, type PriceChangeValues } from "./price-change-values.ts";
import classes from "./price-change.module.css";
import { PricePreviewSection } from "./price-preview.tsx";
import { useChangePrices, usePricePreview, useProductOwner, whoseOf } from "./use-products.ts";

const TYPING_MS = 350;
const START: Omit<PriceChangeValues, "which" | "products"> = { where: "everywhere", machines: [], ownPrices: "change", kind: "percent", percent: "", amount: "", price: "", step: "10000", mode: "nearest" };

/** Many prices at once: which and where, by how much, every price as it becomes, and then the change. The products may be chosen in the address. */
export function PriceChange({ side }: { side: MachineSide }) {
  const t = useTranslations("products.prices");
  const router = useRouter();
  const notify = useNotify();
  const { organizationId } = useProductOwner(side);
  const [chosen] = useQueryState("products", parseAsArrayOf(parseAsString).withDefault([]));
  const [values, setValues] = useState<PriceChangeValues>({ ...START, which: chosen.length > 0 ? "some" : "all", products: chosen });
  const input = priceChangeOf(values);
  // The object is new at each key that is pressed; what it says is not.
  const said = input === null ? null : JSON.stringify(input);
  const [settled] = useDebouncedValue(said, TYPING_MS);
  const asked = said !== null && said === settled ? input : null;
  const preview = usePricePreview(side, organizationId, asked);
  const href = `${side === "admin" ? `/admin/machines/products?organization=${organizationId}` : "/machines/products"}`;
  // One key for each change that is agreed to: a second press, or one after a broken connection, is the same change.
  const key = useRef({ fingerprint: "", key: "" });
  const change = useChangePrices(side, {
    onDone: (machines) => {
      notify.done(t("applied", { machines }));
      router.push(href);
    },
  });
  const current = asked !== null && !preview.isPlaceholderData ? preview.data : undefined;
  const apply = () => {
    if (!current || asked === null) return;
    if (key.current.fingerprint !== current.fingerprint) key.current = { fingerprint: current.fingerprint, key: newRequestKey() };
    change.mutate({ ...asked, fingerprint: current.fingerprint, idempotencyKey: key.current.key, ...whoseOf(side, organizationId) });
  };
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} back={{ href, label: t("back") }} />
      <div className={classes.page}>
        <PriceChangeForm
          side={side}
          organizationId={organizationId}
          values={values}
          onChange={(next) => {
            change.reset();
            setValues({ ...values, ...next });
          }}
        />
        <PricePreviewSection
          preview={said === null ? undefined : preview.data}
          waiting={said !== null && current === undefined && preview.error === null}
          error={said !== null && asked !== null ? preview.error : null}
          stale={errorBodyOf(change.error)?.reason === "stale"}
          failed={errorBodyOf(change.error)?.reason === "stale" ? null : change.error}
          applying={change.isPending || change.isSuccess}
          ready={current !== undefined}
          cancelHref={href}
          onApply={apply}
        />
      </div>
    </>
  );
}
