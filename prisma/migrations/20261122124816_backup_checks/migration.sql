ALTER TABLE "quota" ADD CONSTRAINT "quota_backups_check" CHECK ("backups" >= 0);
ALTER TABLE "vm_backup" ADD CONSTRAINT "vm_backup_status_check" CHECK ("status" IN ('creating', 'ready', 'restoring', 'deleting'));
ALTER TABLE "vm_backup" ADD CONSTRAINT "vm_backup_sizes_check" CHECK ("storage_gb" > 0 AND ("size_mb" IS NULL OR "size_mb" >= 0));
