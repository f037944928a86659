import { vmBackupRestore } from "./backups/restore-steps.ts";
import { vmBackup } from "./backups/take-steps.ts";
import { vmMigrate } from "./changes/migrate-steps.ts";
import { vmPassword } from "./changes/password-steps.ts";
import { vmUpgrade } from "./changes/upgrade-steps.ts";
import { vmDelete } from "./delete-steps.ts";
import type { OperationDefinition } from "./operation-definition.ts";
import { vmReset, vmRestart, vmResume, vmShutdown, vmStart, vmStop, vmSuspend } from "./power-steps.ts";
import { vmCreate } from "./provision-steps.ts";
import { vmSnapshot, vmSnapshotDelete, vmSnapshotRestore } from "./snapshots/snapshot-steps.ts";

/** What is done to one VM. The engine and the requests parse each input by its definition's own schema before its steps see it. */
export const VM_DEFINITIONS = [
  vmCreate,
  vmStart,
  vmStop,
  vmShutdown,
  vmRestart,
  vmReset,
  vmSuspend,
  vmResume,
  vmUpgrade,
  vmPassword,
  vmSnapshot,
  vmSnapshotRestore,
  vmSnapshotDelete,
  vmBackup,
  vmBackupRestore,
  vmMigrate,
  vmDelete,
].map((definition) => definition as OperationDefinition<unknown>);
