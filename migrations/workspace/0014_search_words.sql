-- The form in which text is searched (packages/model/src/search/search-words.ts says the same in JavaScript, and what it
-- is good for): small letters and digits of ASCII, words apart by spaces. Only texts that are more than ASCII are kept in
-- it, under `name~words`, so the function may take its time. A new meaning takes a new name: what is stored is then made
-- again.
do $make$
declare
  -- Ignoring case must mean the same here as in JavaScript.
  folding text := case when exists (select from pg_collation where collname = 'und-x-icu')
                       then ' collate "und-x-icu"' else '' end;
begin
  execute format($def$
create function {{schema}}._search_words(given text) returns text
language plpgsql immutable strict parallel safe as $body$
declare
  folded text;
begin
  folded := regexp_replace(normalize(given, NFKD),
    '[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2064\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\U0001f3fb-\U0001f3ff]',
    '', 'g');
  folded := lower(folded%s) collate "C";
  if octet_length(folded) > length(folded) then
    folded := translate(folded,
      'øđðħıłŧŋəɛɔƒɓɗƙƴ' || 'абвгдезиіклмнопрстуфыэґјѕђ' || 'αβγδεζηικλμνξοπρσςτυφω' || 'ъь',
      'oddhiltneeofbdky' || 'abvgdeziiklmnoprstufyegjzd' || 'avgdeziiklmnxoprsstyfo');
    folded := replace(replace(replace(replace(folded, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
    folded := replace(replace(replace(replace(folded, 'ж', 'zh'), 'х', 'kh'), 'ц', 'ts'), 'ч', 'ch');
    folded := replace(replace(replace(replace(folded, 'ш', 'sh'), 'щ', 'shch'), 'ю', 'yu'), 'я', 'ya');
    folded := replace(replace(replace(replace(folded, 'є', 'ye'), 'љ', 'lj'), 'њ', 'nj'), 'ћ', 'c');
    folded := replace(replace(replace(replace(folded, 'џ', 'dz'), 'θ', 'th'), 'χ', 'ch'), 'ψ', 'ps');
  end if;
  if octet_length(folded) > length(folded) then
    select string_agg(
             case when code < 128 then letter
                  when code < 192 or code in (215, 247, 12539) or code between 688 and 767
                    or code between 8192 and 8399 or code between 11776 and 11903 or code between 12288 and 12292
                    or code between 12296 and 12351 or code between 65040 and 65055
                    or code between 65072 and 65135 or code between 65280 and 65519 then ' '
                  when code between 8448 and 11263 or code between 12293 and 12295 or code between 12352 and 12543
                    or code between 12784 and 12799 or code between 13312 and 40959
                    or code between 63744 and 64255 or code between 126976 and 129791
                    or code between 131072 and 205743 then ' z' || lpad(to_hex(code), 5, '0') || ' '
                  else 'z' || lpad(to_hex(code), 5, '0') end,
             '' order by place)
      into folded
      from (select letter, ascii(letter) as code, place
              from string_to_table(folded, null) with ordinality as each(letter, place)) as letters;
  end if;
  return ' ' || regexp_replace(coalesce(folded, ''), '[^a-z0-9]', ' ', 'g');
end
$body$
$def$, folding);
end
$make$;

-- Workspaces that are there already get the columns and indexes online, as after a publish that asked for them.
with folded as (
  select c.object_key, c.field_key,
         regexp_replace(c.source, '^lower\((.*?)( collate "und-x-icu")?\)$', '\1') as value,
         (select max(number) from {{schema}}._column m where m.object_key = c.object_key)
           + row_number() over (partition by c.object_key order by c.number) as number
    from {{schema}}._column c
    join {{schema}}._object o on o.key = c.object_key and o.state = 'live'
   where c.field_key like '%~folded' and c.state in ('ready', 'waiting', 'filling', 'indexing')
), added as (
  insert into {{schema}}._column (object_key, number, field_key, column_type, source, state)
  select object_key, number, regexp_replace(field_key, '~folded$', '~words'), 'code',
         format('case when octet_length(%1$s) > length(%1$s) then %2$s(%1$s) end', value, '{{schema}}."_search_words"'),
         'waiting'
    from folded
  returning object_key, number
), wanted as (
  select a.object_key, a.number,
         format('on {{schema}}."%s" using gin ("c_%s" "%s"."gin_trgm_ops") where deleted_at is null and "c_%s" is not null',
           a.object_key, a.number, n.nspname, a.number) as definition
    from added a, pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'
)
insert into {{schema}}._index (object_key, name, kind, definition, columns, state)
select object_key,
       '_' || left(object_key, 40) || '_' || left(encode(sha256(convert_to(definition, 'UTF8')), 'hex'), 12),
       'index', definition, array['c_' || number], 'waiting'
  from wanted;
