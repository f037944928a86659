"use client";

import { useTranslations } from "next-intl";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { vmAllows, type VmAction } from "#shared/compute/states.ts";
import type { Permission } from "#shared/permissions.ts";

/** Why an action on a VM is not possible for who looks, in words; null: it is. */
export function useWhyNot(vm: { status: string }) {
  const t = useTranslations("changes");
  const status = useTranslations("common.status");
  const { permissions } = useViewer().organization;
  return (action: VmAction, permission: Permission): string | null => {
    if (!permissions.includes(permission)) return t("noPermission");
    return vmAllows(vm.status, action) ? null : t("notWhile", { state: status(vm.status as "running") });
  };
}
