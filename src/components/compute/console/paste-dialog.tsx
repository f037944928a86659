"use client";

import { Button, Modal, Stack, Textarea } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { MAX_PASTE } from "./type-text.ts";

/** A text for the machine's keyboard. */
export function PasteDialog({ onClose, onType }: { onClose: () => void; onType: (text: string) => void }) {
  const t = useTranslations("console");
  const [text, setText] = useState("");
  const tooLong = text.length > MAX_PASTE;
  return (
    <Modal opened onClose={onClose} title={t("paste")}>
      <Stack>
        <Textarea label={t("pasteLabel")} description={t("pasteHelp")} autosize minRows={4} maxRows={12} value={text} onChange={(event) => setText(event.currentTarget.value)} error={tooLong && t("pasteTooLong", { max: MAX_PASTE })} data-autofocus />
        <Button disabled={text === "" || tooLong} onClick={() => onType(text)}>
          {t("pasteSend")}
        </Button>
      </Stack>
    </Modal>
  );
}
