-- Messages of devices become a table partitioned by week of receipt. Partitions of the weeks to come are made by the worker (src/server/machines/telemetry/partitions.ts);
-- what has no partition goes to the default one. That a message is stored once is seen to by device_sequence, which is not partitioned.

alter table device_message rename to device_message_before;
alter table device_message_before drop constraint device_message_machine_id_fkey;
alter table device_message_before rename constraint device_message_pkey to device_message_before_pkey;
alter index device_message_machine_id_kind_received_at_idx rename to device_message_before_machine_id_kind_received_at_idx;
alter index device_message_received_at_idx rename to device_message_before_received_at_idx;

create table device_message (
  machine_id text not null,
  boot text not null,
  seq bigint not null,
  kind text not null,
  payload jsonb not null,
  device_time timestamptz(3),
  received_at timestamptz(3) not null,
  late boolean not null default false,
  constraint device_message_pkey primary key (machine_id, boot, seq, received_at)
) partition by range (received_at);
create index device_message_machine_id_kind_received_at_idx on device_message (machine_id, kind, received_at);
create index device_message_received_at_idx on device_message (received_at);
create table device_message_default partition of device_message default;

-- Weeks begin at multiples of seven days since 1970. Messages older than two months are of a clock that was wrong; the worker removes them.
do $$
declare
  week interval := interval '7 days';
  begins timestamptz := date_bin(week, greatest(coalesce((select min(received_at) from device_message_before), now()), now() - interval '60 days'), timestamptz '1970-01-01 00:00:00Z');
begin
  while begins < now() + interval '21 days' loop
    execute format('create table %I partition of device_message for values from (%L) to (%L)', 'device_message_' || to_char(begins at time zone 'UTC', 'YYYYMMDD'), begins, begins + week);
    begins := begins + week;
  end loop;
end
$$;

insert into device_message (machine_id, boot, seq, kind, payload, device_time, received_at)
  select machine_id, boot, seq, kind, payload, device_time, received_at from device_message_before order by received_at;

create table device_sequence (
  machine_id text not null,
  boot text not null,
  block bigint not null,
  seen bit(1024) not null,
  last_at timestamptz(3) not null,
  constraint device_sequence_pkey primary key (machine_id, boot, block)
) with (fillfactor = 60); -- its rows are changed again and again
insert into device_sequence (machine_id, boot, block, seen, last_at)
  select machine_id, boot, seq / 1024, bit_or(set_bit(repeat('0', 1024)::bit(1024), (seq % 1024)::int, 1)), max(received_at) from device_message_before group by 1, 2, 3;

create table telemetry_rollup (
  subject_id text not null,
  resolution integer not null,
  at timestamptz(3) not null,
  metric text not null,
  min double precision not null,
  max double precision not null,
  sum double precision not null,
  count bigint not null,
  last double precision not null,
  last_at timestamptz(3) not null,
  constraint telemetry_rollup_pkey primary key (subject_id, resolution, at, metric)
) partition by range (resolution, at);
create table telemetry_rollup_default partition of telemetry_rollup default;

create table telemetry_late (
  id bigserial not null,
  machine_id text not null,
  metric text not null,
  at timestamptz(3) not null,
  value double precision not null,
  constraint telemetry_late_pkey primary key (id)
);
create index telemetry_late_machine_id_idx on telemetry_late (machine_id);

-- Roll-ups begin with what there is: readings are read out of the messages, what was buffered offline comes as from now on.
create table telemetry_watermark (
  id text not null,
  closed_until timestamptz(3) not null,
  made_until timestamptz(3) not null,
  sampled_at timestamptz(3),
  constraint telemetry_watermark_pkey primary key (id)
);
insert into telemetry_watermark (id, closed_until, made_until) values ('telemetry', '2000-01-01 00:00:00Z', '2000-01-01 00:00:00Z');
insert into telemetry_late (machine_id, metric, at, value)
  select machine_id, metric.key, to_timestamp((sample ->> 0)::float8 / 1000), metric.value::float8
  from device_message_before cross join lateral jsonb_array_elements(coalesce(payload -> 'samples', '[]')) sample cross join lateral jsonb_each(sample -> 1) metric
  where kind = 'tele' and to_timestamp((sample ->> 0)::float8 / 1000) between received_at - interval '31 days' and received_at and abs(metric.value::float8) <= 1e100;

drop table device_message_before;
