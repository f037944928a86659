"use client";

import { Menu } from "@mantine/core";
import { IconCheck, IconSelector } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import classes from "./project-menu.module.css";
import { useViewer } from "./viewer-context.tsx";

/** Where one is: the organization, and the project whose VMs are shown. Choosing a project filters the VM list (`/vms?project=…`). */
export function ProjectMenu() {
  const t = useTranslations("shell.projectMenu");
  const { organization } = useViewer();
  const selected = useSearchParams().get("project");
  const [opened, setOpened] = useState(false);
  const { data } = useQuery(useTRPC().compute.projects.list.queryOptions({ limit: 100 }, { enabled: opened || selected !== null }));
  const current = data?.data.find((project) => project.id === selected);
  const item = (href: string, label: string, chosen: boolean) => (
    <Menu.Item key={href} component={Link} href={href} rightSection={chosen ? <IconCheck size={16} aria-hidden /> : null}>
      <span className={classes.item}>{label}</span>
    </Menu.Item>
  );
  return (
    <div className={classes.context}>
      <span className={classes.organization}>{organization.name}</span>
      <span className={classes.slash} aria-hidden>
        /
      </span>
      <Menu position="bottom-start" width={240} opened={opened} onChange={setOpened}>
        <Menu.Target>
          <button type="button" className={classes.target} aria-label={`${t("label")}: ${current?.name ?? t("all")}`}>
            <span>{current?.name ?? t("all")}</span>
            <IconSelector size={14} stroke={1.6} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {item("/vms", t("all"), selected === null)}
          {data?.data.map((project) => item(`/vms?project=${project.id}`, project.name, project.id === selected))}
          <Menu.Divider />
          {item("/projects", t("manage"), false)}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
