/** `docs/reference/field-types.md`: every live field type with its facets, and examples computed by the type itself. */
import { FIELD_TYPE_NAMES } from '../../packages/metadata/src/index.ts';
import {
  type CompiledField,
  checkValue,
  compile,
  FIELD_TYPES,
  type FieldType,
  type JsonValue,
  SEVERAL,
} from '../../packages/model/src/index.ts';
import { FIELD_TYPE_EXAMPLES } from './field-type-examples.ts';

const DISPLAY = { locale: 'en-GB', timeZone: 'Europe/Berlin', currency: 'EUR' };

const CATEGORIES: Readonly<Record<FieldType['category'], string>> = {
  text: 'Text',
  number: 'Numbers',
  date: 'Dates and times',
  choice: 'Choices',
  relation: 'Relations',
  computed: 'Computed',
};

export function fieldTypePage(): string {
  const fields = exampleFields();
  const types = FIELD_TYPE_NAMES.map((name) => FIELD_TYPES.get(name)).filter((type) => type !== undefined);
  const sections = Object.entries(CATEGORIES).flatMap(([category, title]) => {
    const members = types.filter((type) => type.category === category);
    if (members.length === 0) return [];
    return [`## ${title}`, '', ...members.map((type) => section(type, fields.get(type.name)))];
  });
  return `${[
    '# Field types',
    '',
    'Written by `npm run generate` from the registry of types: what stands here is what the types say and do. In',
    'examples, *typed* is a text as a person types it or a CSV file holds it, *stored* is the value in JSON, as the',
    'API takes and gives it, *shown* is what a reader in Berlin sees in British English.',
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()}\n`;
}

function section(type: FieldType, field: CompiledField | undefined): string {
  const facts: readonly (readonly [string, string])[] = [
    ['Properties', list(type.properties)],
    ['In expressions', `\`${type.valueType}\``],
    ['Filters', list(type.filterOperators)],
    ['Aggregates', list(type.aggregates)],
    ['Sorted and grouped', `${yes(type.isSortable)}, ${yes(type.isGroupable)}`],
    ['Column and index', type.column ? `\`${type.column.type}\`, ${type.column.index}` : 'none of its own'],
    ['Can be turned into', list(type.convertsTo)],
    ['When records are merged', type.merge === 'union' ? 'both together' : "the surviving record's"],
    ['Written by people', yes(!type.isReadOnly)],
  ];
  const lines = [
    `### ${type.label} (\`${type.name}\`)`,
    '',
    type.description,
    '',
    '| | |',
    '|---|---|',
    ...facts.map(([name, text]) => `| ${name} | ${text} |`),
    '',
  ];
  const texts = FIELD_TYPE_EXAMPLES[type.name]?.texts ?? [];
  lines.push(...severalOf(type));
  if (field && texts.length > 0) {
    const given = FIELD_TYPE_EXAMPLES[type.name]!.body;
    const properties = Object.keys(given).length > 0 ? ` with \`${JSON.stringify(given)}\`` : '';
    lines.push(`A field${properties}:`, '', '| typed | stored | shown |', '|---|---|---|');
    for (const text of texts) lines.push(`| ${[code(text), ...outcome(text, field)].join(' | ')} |`);
    lines.push('');
  }
  return lines.join('\n');
}

/** What `multiple: true` makes of the type. */
function severalOf(type: FieldType): readonly string[] {
  const several = SEVERAL.get(type.name);
  if (!several) return [];
  const parts = Object.keys(several.parts ?? {}).map((part) => `\`${part}\``);
  return [
    `With \`multiple\` several of them, each with a label if wanted: \`${several.valueType}\` in expressions, with the parts`,
    `${parts.join(' and ')}; filters ${list(several.filterOperators)}; a column \`${several.column!.type}\` with ${several.column!.index}; can be turned`,
    `into one and into ${list(several.convertsTo)}. As text \`${several.toText(SEVERAL_SAMPLES[type.name] ?? [], {} as CompiledField)}\` is stored`,
    `as \`${JSON.stringify(SEVERAL_SAMPLES[type.name])}\`.`,
    '',
  ];
}

const SEVERAL_SAMPLES: { readonly [name: string]: JsonValue } = {
  email: [{ value: 'ann@example.com', label: 'Work' }, { value: 'ann@home.example' }],
  phone: [{ value: '+4930901820', label: 'Work' }, { value: '+12125552368' }],
};

/** Reads, brings into canonical form and checks a text as the server does: [stored, shown]. */
function outcome(text: string, field: CompiledField): readonly [string, string] {
  const { type } = field;
  const parsed = type.parseText(text, field);
  if ('problem' in parsed) return ['refused', parsed.problem];
  const value = type.canonicalise(parsed.value, field) as JsonValue;
  const problem = value === null ? undefined : checkValue(value, field);
  if (problem !== undefined) return ['refused', problem];
  return [code(JSON.stringify(value)), value === null ? '' : escapeCell(type.display(value, field, DISPLAY))];
}

function exampleFields(): ReadonlyMap<string, CompiledField> {
  const object = (name: string) => ({
    component: {
      kind: 'object' as const,
      name,
      body: { label: name, plural_label: name, name_field: 'name' },
    },
  });
  const field = (name: string, body: object) => ({
    component: { kind: 'field' as const, name, body: { label: name, ...body } as never },
  });
  const { model, problems } = compile([
    object('thing'),
    object('membership'),
    object('user'),
    ...['thing', 'membership', 'user'].map((name) => field(`${name}.name`, { type: 'text' })),
    field('membership.one', { type: 'lookup', to: 'thing', reverse_name: 'ones' }),
    field('membership.other', { type: 'lookup', to: 'thing', reverse_name: 'others' }),
    ...Object.entries(FIELD_TYPE_EXAMPLES).map(([type, { body }]) =>
      field(`thing.example_${type}`, { type, ...body }),
    ),
  ]);
  if (!model) throw new Error(`The examples do not compile: ${JSON.stringify(problems)}`);
  const { fields } = model.objects.get('thing')!;
  return new Map(
    Object.keys(FIELD_TYPE_EXAMPLES).map((type) => [type, fields.get(`example_${type}`)!] as const),
  );
}

const yes = (is: boolean) => (is ? 'yes' : 'no');
const list = (names: readonly string[]) =>
  names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ');
const escapeCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '\\<').replaceAll('\n', ' ');
const code = (text: string) => `\`${text.replaceAll('|', '\\|').replaceAll('\n', '⏎')}\``;
