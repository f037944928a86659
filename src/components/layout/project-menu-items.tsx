"use client";

import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ProjectButton, useProjectChoice } from "./project-button.tsx";
import classes from "./project-menu.module.css";

/** The project menu itself, opened; see account-menu-items.tsx. */
export function ProjectMenuItems() {
  const t = useTranslations("shell.projectMenu");
  const { selected, projects } = useProjectChoice(true);
  const item = (href: string, label: string, chosen: boolean) => (
    <Menu.Item key={href} component={Link} href={href} rightSection={chosen ? <IconCheck size={16} aria-hidden /> : null}>
      <span className={classes.item}>{label}</span>
    </Menu.Item>
  );
  return (
    <Menu defaultOpened position="bottom-start" width={240}>
      <Menu.Target>
        <ProjectButton />
      </Menu.Target>
      <Menu.Dropdown>
        {item("/vms", t("all"), selected === null)}
        {projects?.map((project) => item(`/vms?project=${project.id}`, project.name, project.id === selected))}
        <Menu.Divider />
        {item("/projects", t("manage"), false)}
      </Menu.Dropdown>
    </Menu>
  );
}
