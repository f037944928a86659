"use client";

import { Button, Modal, Progress } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { FileDrop } from "#components/ui/file-drop.tsx";
import { Notice } from "#components/ui/notice.tsx";
import classes from "./firmware.module.css";
import { UploadError, uploadFile, type UploadProblem } from "./upload-file.ts";

type State = { kind: "choose" } | { kind: "sending"; name: string; size: number; share: number } | { kind: "problem"; name: string; problem: UploadProblem };

/** Takes a .bin by button or by dropping it, shows how far it is, and says what is wrong with it. */
export function UploadDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations("firmware.upload");
  return (
    <Modal opened={opened} onClose={onClose} title={t("title")} size="lg">
      {opened && <Upload onClose={onClose} />}
    </Modal>
  );
}

function Upload({ onClose }: { onClose: () => void }) {
  const t = useTranslations("firmware.upload");
  const common = useTranslations("common.actions");
  const format = useFormatter();
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const abort = useRef(new AbortController());
  const [state, setState] = useState<State>({ kind: "choose" });

  const take = async (file: File): Promise<void> => {
    abort.current = new AbortController();
    setState({ kind: "sending", name: file.name, size: file.size, share: 0 });
    try {
      const { firmware } = await uploadFile(file, (share) => setState({ kind: "sending", name: file.name, size: file.size, share }), abort.current.signal);
      await queryClient.invalidateQueries(trpc.machines.firmware.pathFilter());
      onClose();
      router.push(`/admin/firmware/${firmware.id}`);
    } catch (error) {
      if (abort.current.signal.aborted) setState({ kind: "choose" });
      else setState({ kind: "problem", name: file.name, problem: error instanceof UploadError ? error.problem : { kind: "server", detail: "" } });
    }
  };

  if (state.kind === "sending") {
    const percent = Math.round(state.share * 100);
    return (
      <div className={classes.sending}>
        <p>{t("sending", { name: state.name, size: format.number(state.size / 1024, { maximumFractionDigits: 0 }) })}</p>
        <Progress value={percent} aria-label={t("progress")} animated={percent === 100} />
        <p className={classes.dim} aria-live="polite">
          {percent < 100 ? `${percent} %` : t("checking")}
        </p>
        <Button variant="default" onClick={() => abort.current.abort()}>
          {common("cancel")}
        </Button>
      </div>
    );
  }
  return (
    <div className={classes.choose}>
      {state.kind === "problem" && (
        <Notice tone="bad" title={t("refused", { name: state.name })}>
          <p>{state.problem.kind === "refused" ? t(`refusals.${state.problem.reason}`) : t(`problems.${state.problem.kind}`)}</p>
          {state.problem.detail && <p className={classes.detail}>{state.problem.detail}</p>}
        </Notice>
      )}
      <FileDrop icon={<IconFileUpload size={28} stroke={1.4} aria-hidden />} label={t("drop")} help={t("help")} chooseLabel={t("choose")} accept=".bin,application/octet-stream" onFile={(file) => void take(file)} />
    </div>
  );
}
