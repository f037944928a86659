"use client";

import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";

const Dialog = dynamic(() => import("./top-up-dialog.tsx").then((module) => module.TopUpDialog), { ssr: false });

/** The way to more credits; nothing where this installation takes no payments, or for those who may not pay. */
export function TopUpButton({ variant = "filled", size = "sm" }: { variant?: "filled" | "default"; size?: "xs" | "sm" }) {
  const t = useTranslations("topups");
  const may = useViewer().organization.permissions.includes("credits:topup");
  const [opened, setOpened] = useState<boolean | null>(null);
  const { data: options } = useQuery(useTRPC().payments.options.queryOptions());
  if (!may || !options?.provider) return null;
  return (
    <>
      <Button variant={variant} size={size} leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpened(true)}>
        {t("button")}
      </Button>
      {opened !== null && <Dialog opened={opened} options={options} onClose={() => setOpened(false)} />}
    </>
  );
}
