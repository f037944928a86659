"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import type { VmLogLine } from "#shared/compute/logs.ts";
import { logText } from "./log-text.ts";
import { type LogFilter, logInput } from "./use-vm-logs.ts";

const LINES = 1_000;
/** Nobody reads more; the API has it all. */
const MAX_PAGES = 20;

/** Saves what the filter lets through as a text file: the newest 20 000 lines at most. */
export function useLogDownload(vm: { id: string; name: string }, filter: LogFilter) {
  const t = useTranslations("vm.logs");
  const client = useTRPCClient();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    try {
      const pages: VmLogLine[][] = [];
      let cursor: string | null = null;
      while (pages.length < MAX_PAGES) {
        const answer = await client.compute.vms.logs.query({ ...logInput(vm.id, filter), lines: LINES, ...(cursor === null ? {} : { cursor }) });
        pages.push(answer.logs);
        cursor = answer.nextCursor;
        if (cursor === null) break;
      }
      save(`${vm.name}.log`, logText(pages.toReversed().flat()));
    } catch (error) {
      notify.failed(t("downloadFailed"), error);
    } finally {
      setBusy(false);
    }
  };
  return { download, busy };
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
