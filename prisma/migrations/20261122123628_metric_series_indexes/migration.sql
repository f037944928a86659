-- The indexes that a series of hours and days is read from carry the new columns too (src/server/compute/metrics/partition-repository.ts makes those of new partitions).
do $$
declare
  part text;
begin
  for part in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'vm_metric_rollup'::regclass and c.relname ~ '^vm_metric_rollup_(3600|86400)_[0-9]{8}$'
  loop
    execute format('drop index if exists %I', part || '_series');
    execute format('create index %I on %I (vm_id, resolution, at) include (samples, up_seconds, cpu_percent_max, cpu_percent, memory_used_mb, disk_read_bps, disk_write_bps,
      network_rx_bps, network_tx_bps, cpu_user_percent, cpu_system_percent, cpu_iowait_percent, disk_read_iops, disk_write_iops)', part || '_series', part);
  end loop;
end
$$;
