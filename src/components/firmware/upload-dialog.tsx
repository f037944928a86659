"use client";

import { Button, Modal, Progress } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { type DragEvent, useRef, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
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
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef(new AbortController());
  const [state, setState] = useState<State>({ kind: "choose" });
  const [over, setOver] = useState(false);

  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
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
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
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
    <>
      {state.kind === "problem" && (
        <Notice tone="bad" title={t("refused", { name: state.name })}>
          <p>{state.problem.kind === "refused" ? t(`refusals.${state.problem.reason}`) : t(`problems.${state.problem.kind}`)}</p>
          {state.problem.detail && <p className={classes.detail}>{state.problem.detail}</p>}
        </Notice>
      )}
      <div
        className={classes.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileUpload size={28} stroke={1.4} aria-hidden />
        <p>{t("drop")}</p>
        <p className={classes.dim}>{t("help")}</p>
        <Button onClick={() => input.current?.click()} data-autofocus>
          {t("choose")}
        </Button>
        <input
          ref={input}
          type="file"
          accept=".bin,application/octet-stream"
          className={classes.file}
          aria-label={t("choose")}
          tabIndex={-1}
          onChange={(event) => {
            void take(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
      </div>
    </>
  );
}
