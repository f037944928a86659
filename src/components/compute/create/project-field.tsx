"use client";

import { Button, Select } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { NewProjectInline } from "#components/projects/new-project-inline.tsx";
import type { Project } from "../types.ts";
import classes from "./create.module.css";

interface ProjectFieldProps {
  projects: readonly Project[];
  value: string;
  onChange: (id: string) => void;
  mayCreate: boolean;
}

/** The project the VM goes into; the first one can be made right here. */
export function ProjectField({ projects, value, onChange, mayCreate }: ProjectFieldProps) {
  const t = useTranslations("vm.create");
  const [adding, setAdding] = useState(false);
  if (projects.length === 0 || adding) {
    return (
      <NewProjectInline
        first={projects.length === 0}
        onCreated={(project) => {
          onChange(project.id);
          setAdding(false);
        }}
        {...(projects.length > 0 ? { onCancel: () => setAdding(false) } : {})}
      />
    );
  }
  return (
    <div className={classes.row}>
      <Select
        className={classes.grow}
        label={t("project")}
        id="vm-project"
        placeholder={t("projectPlaceholder")}
        data={projects.map((project) => ({ value: project.id, label: project.name }))}
        value={value || null}
        onChange={(id) => onChange(id ?? "")}
        allowDeselect={false}
        searchable={projects.length > 8}
      />
      {mayCreate && (
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
          {t("newProject")}
        </Button>
      )}
    </div>
  );
}
