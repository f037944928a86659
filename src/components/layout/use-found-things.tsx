import { IconFridge, IconServer2, IconUsers } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import type { CommandGroup } from "./command-palette.tsx";
import { useViewer } from "./viewer-context.tsx";

const ICON = { size: 18, stroke: 1.6, "aria-hidden": true } as const;
const LIMIT = 6;

/** VMs and machines (for administrators: machines and customers of all organizations) whose name matches. */
export function useFoundThings(admin: boolean, search: string): CommandGroup[] {
  const t = useTranslations("shell.search");
  const status = useTranslations("common.status");
  const trpc = useTRPC();
  const { me } = useViewer();
  const input = { search, limit: LIMIT };
  const options = (allowed: boolean) => ({ enabled: allowed && search.length > 0, placeholderData: keepPreviousData });
  const vms = useQuery(trpc.compute.vms.list.queryOptions(input, options(!admin)));
  const machines = useQuery(trpc.machines.list.queryOptions(input, options(!admin)));
  const allMachines = useQuery(trpc.machines.admin.list.queryOptions(input, options(admin && me.permissions.includes("platform:machines:read"))));
  const customers = useQuery(trpc.platform.customers.queryOptions(input, options(admin && me.permissions.includes("platform:customers:read"))));
  if (search === "") return [];
  return [
    { label: t("vms"), commands: (vms.data?.data ?? []).map((vm) => ({ id: vm.id, label: vm.name, detail: status(vm.status), icon: <IconServer2 {...ICON} />, to: `/vms/${vm.id}` })) },
    {
      label: t("machines"),
      commands: ((admin ? allMachines : machines).data?.data ?? []).map((machine) => ({
        id: machine.id,
        label: machine.name,
        detail: status(machine.status),
        icon: <IconFridge {...ICON} />,
        to: `${admin ? "/admin" : ""}/machines/${machine.id}`,
      })),
    },
    {
      label: t("customers"),
      commands: (customers.data?.data ?? []).map((customer) => ({
        id: customer.id,
        label: customer.name || customer.email,
        detail: customer.email,
        icon: <IconUsers {...ICON} />,
        to: `/admin/customers?search=${encodeURIComponent(customer.email)}`,
      })),
    },
  ];
}
