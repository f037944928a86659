import type { RolloutTarget } from "#shared/machines/rollouts.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Firmware } from "#server/infra/prisma/client.ts";

/** A machine that a rollout may be meant for, with all that decides whether it is. */
export interface Candidate {
  id: string;
  online: boolean;
  firmwareVersion: string | null;
  /** as the device said at its claim */
  chip: string | null;
  templateChip: string | null;
  templateProject: string | null;
  otaSlotBytes: number | null;
  /** of the firmware that it runs, where that is one of ours */
  secureVersion: number | null;
  rolledBack: boolean;
  /** another rollout that it is in */
  busy: boolean;
}

/**
 * The machines that a target names, claimed and not decommissioned. Without a list of machines those whose template has firmware of this project; a machine that
 * stands in the list is among them whether it fits or not.
 */
export async function findCandidates(tx: Tx, firmware: Pick<Firmware, "id" | "project" | "chip" | "version">, target: Pick<RolloutTarget, "templateId" | "organizationId" | "machineIds">): Promise<Candidate[]> {
  return tx.$queryRawUnsafe<Candidate[]>(
    `select m.id, m.status = 'online' as online, m.firmware_version as "firmwareVersion", m.chip, t.chip as "templateChip", t.firmware_project as "templateProject", t.ota_slot_bytes as "otaSlotBytes",
        (select f.secure_version from firmware f where f.project = $1 and f.chip = $2 and f.version = m.firmware_version) as "secureVersion",
        exists (select 1 from rollout_machine rm join rollout r on r.id = rm.rollout_id where rm.machine_id = m.id and r.firmware_id = $3 and rm.state = 'rolled_back') as "rolledBack",
        exists (select 1 from rollout_machine rm where rm.machine_id = m.id and rm.state in ('waiting', 'offered', 'downloading', 'verifying', 'installing')) as busy
      from machine m left join machine_template t on t.id = m.template_id
      where m.status in ('online', 'offline') and ($4::text is null or m.template_id = $4) and ($5::text is null or m.organization_id = $5)
        and case when $6::jsonb is null then t.firmware_project = $1 else m.id in (select jsonb_array_elements_text($6::jsonb)) end
      order by m.id`,
    firmware.project,
    firmware.chip,
    firmware.id,
    target.templateId ?? null,
    target.organizationId ?? null,
    target.machineIds ? JSON.stringify(target.machineIds) : null,
  );
}
