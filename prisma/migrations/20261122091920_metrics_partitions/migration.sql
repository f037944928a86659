-- Samples and roll-ups become partitioned tables. Partitions with dates are made by the worker (src/server/compute/metrics/partitions.ts); until it has made
-- one, rows go to the default partition, from which it takes them.

alter table vm_metric rename to vm_metric_before;
alter table vm_metric_before drop constraint vm_metric_vm_id_fkey;
alter table vm_metric_before rename constraint vm_metric_pkey to vm_metric_before_pkey;
alter index vm_metric_at_idx rename to vm_metric_before_at_idx;

create table vm_metric (
  vm_id text not null,
  at timestamptz(3) not null,
  cpu_percent double precision not null,
  memory_used_mb double precision not null,
  disk_read_bps double precision not null,
  disk_write_bps double precision not null,
  network_rx_bps double precision not null,
  network_tx_bps double precision not null,
  constraint vm_metric_pkey primary key (vm_id, at)
) partition by range (at);
create index vm_metric_at_idx on vm_metric (at);
create table vm_metric_default partition of vm_metric default;

insert into vm_metric (vm_id, at, cpu_percent, memory_used_mb, disk_read_bps, disk_write_bps, network_rx_bps, network_tx_bps)
  select vm_id, at, cpu_percent, memory_used_mb, disk_read_bps, disk_write_bps, network_rx_bps, network_tx_bps from vm_metric_before;
drop table vm_metric_before;

alter table vm_metric_rollup rename to vm_metric_rollup_before;
alter table vm_metric_rollup_before drop constraint vm_metric_rollup_vm_id_fkey;
alter table vm_metric_rollup_before rename constraint vm_metric_rollup_pkey to vm_metric_rollup_before_pkey;
alter index vm_metric_rollup_resolution_at_idx rename to vm_metric_rollup_before_resolution_at_idx;

create table vm_metric_rollup (
  vm_id text not null,
  resolution integer not null,
  at timestamptz(3) not null,
  samples integer not null,
  up_seconds integer not null,
  cpu_percent double precision not null,
  cpu_percent_max double precision not null,
  memory_used_mb double precision not null,
  disk_read_bps double precision not null,
  disk_write_bps double precision not null,
  network_rx_bps double precision not null,
  network_tx_bps double precision not null,
  constraint vm_metric_rollup_pkey primary key (vm_id, resolution, at)
) partition by range (resolution, at);
create index vm_metric_rollup_resolution_at_idx on vm_metric_rollup (resolution, at);
create table vm_metric_rollup_default partition of vm_metric_rollup default;

insert into vm_metric_rollup (vm_id, resolution, at, samples, up_seconds, cpu_percent, cpu_percent_max, memory_used_mb, disk_read_bps, disk_write_bps, network_rx_bps, network_tx_bps)
  select vm_id, resolution, at, samples, up_seconds, cpu_percent, cpu_percent_max, memory_used_mb, disk_read_bps, disk_write_bps, network_rx_bps, network_tx_bps from vm_metric_rollup_before;
drop table vm_metric_rollup_before;

-- Roll-ups begin with what there is.
create table vm_metric_watermark (
  resolution integer not null,
  at timestamptz(3) not null,
  constraint vm_metric_watermark_pkey primary key (resolution)
);
insert into vm_metric_watermark (resolution, at)
  select seconds, date_bin(make_interval(secs => seconds), coalesce((select min(at) from vm_metric), timestamptz '2000-01-01 00:00:00Z'), timestamptz '2000-01-01 00:00:00Z')
  from unnest(array[60, 300, 3600, 86400]) as seconds;
