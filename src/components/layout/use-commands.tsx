import { IconContrast, IconKey, IconPlus } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import type { CommandGroup } from "./command-palette.tsx";
import { placesFor } from "./navigation.ts";
import { useViewer } from "./viewer-context.tsx";

const ICON = { size: 18, stroke: 1.6, "aria-hidden": true } as const;

/** What the palette offers without asking the server: the places of this side, and the actions that this person may take. */
export function useCommands(admin: boolean, onToggleTheme: () => void): CommandGroup[] {
  const t = useTranslations("shell");
  const { me, organization } = useViewer();
  const may = (permission: string) => organization.permissions.includes(permission);
  const actions = [
    ...(!admin && may("vm:create") ? [{ id: "create-vm", label: t("search.createVm"), icon: <IconPlus {...ICON} />, to: "/vms/new" }] : []),
    ...(!admin && may("sshkey:create") ? [{ id: "add-key", label: t("search.addSshKey"), icon: <IconKey {...ICON} />, to: "/ssh-keys" }] : []),
    ...(admin && me.permissions.includes("platform:machines:write") ? [{ id: "add-machine", label: t("search.addMachine"), icon: <IconPlus {...ICON} />, to: "/admin/machines/new" }] : []),
    ...(admin && me.permissions.includes("platform:hosts:write") ? [{ id: "add-host", label: t("search.addHost"), icon: <IconPlus {...ICON} />, to: "/admin/hosts/new" }] : []),
    { id: "theme", label: t("search.toggleTheme"), icon: <IconContrast {...ICON} />, to: onToggleTheme },
  ];
  const pages = placesFor(admin ? "admin" : "customer", me.permissions).map((place) => ({
    id: place.href,
    label: t(`nav.${place.key}`),
    detail: `g ${place.shortcut}`,
    icon: <place.icon {...ICON} />,
    to: place.href,
  }));
  return [
    { label: t("search.pages"), commands: pages },
    { label: t("search.actions"), commands: actions },
  ];
}
