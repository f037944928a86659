"use client";

import { Button, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useState } from "react";
import type { Project } from "#components/compute/types.ts";
import classes from "./new-project-inline.module.css";
import { useCreateProject } from "./use-project-mutations.ts";

interface NewProjectInlineProps {
  /** there is no project yet: say what one is for */
  first: boolean;
  onCreated: (project: Project) => void;
  onCancel?: () => void;
}

/** Makes a project inside another form: a field and a button, not a form of its own (forms don't nest). */
export function NewProjectInline({ first, onCreated, onCancel }: NewProjectInlineProps) {
  const t = useTranslations("projects");
  const [name, setName] = useState(first ? t("firstName") : "");
  const create = useCreateProject(onCreated);
  const ready = name.trim() !== "";
  const submit = () => {
    if (ready && !create.isPending) create.mutate({ name });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      submit();
    }
    if (event.key === "Escape") onCancel?.();
  };
  return (
    <div className={classes.row}>
      <TextInput
        className={classes.field}
        id="vm-project"
        label={t("newName")}
        description={first ? t("what") : undefined}
        value={name}
        maxLength={64}
        autoFocus={!first}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className={classes.buttons}>
        <Button variant={first ? "light" : "filled"} onClick={submit} loading={create.isPending} disabled={!ready}>
          {t("create")}
        </Button>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            {t("cancel")}
          </Button>
        )}
      </div>
    </div>
  );
}
