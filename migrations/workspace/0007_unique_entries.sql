-- Entries of unique lists (several e-mail addresses or phone numbers in one field), one row for each entry of each live
-- record, written by a trigger of the object's table. `slot` is the number of its promoted column.
create table {{schema}}._unique_entry (
  object_key text not null,
  slot integer not null,
  value text not null,
  record_id uuid not null,
  primary key (object_key, slot, value)
);
