-- Type changes of fields that hold values. The new type gets a key of its own; the values of the old key stay as they
-- are and are copied, converted, by a job that fills what nobody has written yet.
create table {{schema}}._conversion (
  id integer generated always as identity primary key,
  object_key text not null,
  old_key text not null,
  new_key text not null,
  -- The old field as data: its values must be read after its definition has gone.
  source json not null,
  -- `undone`: rolled back, or the field is gone. `dismissed`: nobody asks about what was kept any more.
  state text not null check (state in ('running', 'done', 'undone', 'dismissed')),
  author uuid not null,
  -- Whether the object keeps history: what became of each value is told there then.
  has_history boolean not null,
  fill_cursor uuid,
  exact bigint not null default 0,
  lossy bigint not null default 0,
  kept bigint not null default 0,
  error text,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
create index _conversion_of_object on {{schema}}._conversion (object_key);

-- Records whose value did not convert: it stands in `data` under the old key.
create table {{schema}}._kept_value (
  conversion_id integer not null references {{schema}}._conversion (id) on delete cascade,
  record_id uuid not null,
  reason text not null,
  primary key (conversion_id, record_id)
);

-- Old names of objects and fields, which clients of the API may still say.
create table {{schema}}._alias (
  kind text not null check (kind in ('object', 'field')),
  object_key text not null,
  -- Empty for an object.
  field_key text not null default '',
  name text not null,
  uses bigint not null default 0,
  last_used_at timestamptz,
  created_at timestamptz not null default now()
);
-- A name of an object is one in the workspace, that of a field one in its object.
create unique index _alias_of_object on {{schema}}._alias (name) where kind = 'object';
create unique index _alias_of_field on {{schema}}._alias (object_key, name) where kind = 'field';
