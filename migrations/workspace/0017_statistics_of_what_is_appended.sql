-- History and outbox are written with every change and read by their indexes alone. Autovacuum looked at them every few
-- seconds under load, at 30,000 rows each time, and their statistics hardly ever change a plan.
alter table {{schema}}._outbox set (autovacuum_analyze_scale_factor = 0.5, autovacuum_analyze_threshold = 10000);
alter table {{schema}}._outbox alter column difference set statistics 0;
alter table {{schema}}._history alter column difference set statistics 0;
do $$
declare
  part regclass;
begin
  for part in select inhrelid::regclass from pg_inherits where inhparent = '{{schema}}._history'::regclass loop
    execute format('alter table %s set (autovacuum_analyze_scale_factor = 0.2, autovacuum_analyze_threshold = 10000)', part);
  end loop;
end
$$;
