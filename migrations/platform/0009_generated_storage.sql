-- What storage generates in a workspace (functions, triggers, columns and indexes that its metadata asks for), and whose work it
-- is (docs/decisions/0052-what-an-older-version-generated-is-made-anew.md). A workspace of before has the number 0.
alter table platform.workspace
  -- Number of the generator that has made it whole.
  add column generator integer not null default 0,
  -- What the database offered then: a collation or an extension that comes later means other statements.
  add column generated_with text not null default '',
  -- The last revision that this generator knows of: one that another version published has its functions.
  add column generated_revision integer not null default 0;
