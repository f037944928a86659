"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { PageSkeleton } from "#components/ui/skeletons.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { VmState } from "../vm-state.tsx";
import { ConsolePanel } from "./console-panel.tsx";
import classes from "./console-window.module.css";

/** A VM's screen in a window of its own. A ticket in the address's fragment opens it once. */
export function ConsoleWindow({ id }: { id: string }) {
  const t = useTranslations("console");
  const query = useQuery(useTRPC().compute.vms.get.queryOptions({ id }));
  // Asked by the screen's effect, so in the browser alone. It is used up, and stands no longer in the address.
  const ticket = (): string | null => {
    const given = location.hash.slice(1);
    if (given === "") return null;
    history.replaceState(history.state, "", location.pathname);
    return given;
  };
  if (!query.data) return query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} /> : <PageSkeleton />;
  const vm = query.data;
  return (
    <main className={classes.window}>
      <header className={classes.head}>
        <h1 className={classes.name}>{t("pageTitle", { name: vm.name })}</h1>
        <VmState vm={vm} />
        <TextLink href={`/vms/${id}`}>{t("backToVm", { name: vm.name })}</TextLink>
      </header>
      <ConsolePanel vm={vm} whole ticket={ticket} />
    </main>
  );
}
