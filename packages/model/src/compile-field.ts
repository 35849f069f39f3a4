/** Compiles one field: its type, its properties, its options and its default; relations are resolved afterwards. */
import {
  type ComponentOf,
  type FieldBody,
  jsonPointer,
  type Option,
  objectOf,
  shortName,
} from '@trellis/metadata';
import type { Compilation } from './compilation.ts';
import { compileDefault } from './compile-default.ts';
import { checkPatterns } from './compile-patterns.ts';
import type { CompiledOption, FieldType } from './field-type.ts';
import { typeOfBody } from './field-types/registry.ts';
import type { CompiledField } from './model.ts';
import { RESERVED_FIELD_NAMES } from './system-fields.ts';

/** Properties of every field type; the others belong to the types that list them. */
export const COMMON_PROPERTIES: ReadonlySet<string> = new Set([
  'label',
  'type',
  'description',
  'help',
  'placeholder',
  'required',
  'unique',
  'indexed',
  'searchable',
  'set_once',
  'no_copy',
  'sensitive',
  'encrypted',
  'default',
  'visible_when',
  'required_when',
  'read_only_when',
]);

/** Shared by all fields without any: a workspace may have a hundred thousand of them. */
const NO_OPTIONS: CompiledOption[] = [];
const NO_TARGETS: readonly string[] = Object.freeze([]);

/** A text of this length fits an entry of a B-tree (2,704 bytes), at four bytes a character. */
const MAX_UNIQUE_LENGTH = 600;

export function compileField(
  compilation: Compilation,
  component: ComponentOf<'field'>,
  key: string,
  optionSets: ReadonlyMap<string, CompiledOption[]>,
): CompiledField | undefined {
  const { body } = component;
  const short = shortName(component.name);
  // Texts that say the same are held once: there may be a hundred thousand fields.
  const name = short === key ? key : short;
  if (RESERVED_FIELD_NAMES.has(name)) {
    compilation.error(
      component,
      'reserved_name',
      '/name',
      `\`${name}\` is a name of the platform's own.`,
      'Choose another name.',
    );
    return undefined;
  }
  const type = typeOfBody(body)!;
  const foreign = Object.keys(body).filter(
    (property) => !COMMON_PROPERTIES.has(property) && !type.properties.includes(property as keyof FieldBody),
  );
  for (const property of foreign) {
    compilation.error(
      component,
      'property_not_applicable',
      jsonPointer('body', property),
      `\`${property}\` means nothing on a field of type ${body.type}.`,
      'Leave it out.',
    );
  }
  const hasPatterns = checkPatterns(compilation, component);
  const faults = type.check(body);
  for (const fault of faults) {
    compilation.error(component, fault.code, `/body${fault.pointer}`, fault.message, fault.hint);
  }
  checkEncrypted(compilation, component, type);
  if (body.unique && !canBeUnique(type) && !type.isEncrypted) {
    compilation.error(
      component,
      'property_not_applicable',
      '/body/unique',
      `${withArticle(type.label)} can not be unique.`,
    );
  }
  if (body.unique && type.name === 'text' && (body.max_length ?? 0) > MAX_UNIQUE_LENGTH) {
    compilation.error(
      component,
      'conflicting_properties',
      '/body/unique',
      `a text of up to ${body.max_length} characters can not be kept unique.`,
      `Set \`max_length\` to ${MAX_UNIQUE_LENGTH} or less.`,
    );
  }
  if (body.indexed && type.column?.index === 'none' && !type.isEncrypted) {
    const isText = type.valueType === 'text';
    compilation.error(
      component,
      'property_not_applicable',
      '/body/indexed',
      `${withArticle(type.label)} is too ${isText ? 'long' : 'rich'} for an index.`,
      isText ? 'Use `searchable`, or the type text.' : 'Leave it out.',
    );
  }
  if (body.required && (type.isReadOnly || type.name === 'boolean')) {
    compilation.error(
      component,
      'property_not_applicable',
      '/body/required',
      `${withArticle(type.label)} always has a value: \`required\` means nothing on it.`,
    );
  }
  // What a formula gives is known only once it is compiled.
  if (body.searchable && type.name !== 'formula' && !canBeSearched(type) && !type.isEncrypted) {
    compilation.error(
      component,
      'property_not_applicable',
      '/body/searchable',
      `the search box finds text; ${withArticle(type.label)} is none.`,
    );
  }
  let options = body.options === undefined ? NO_OPTIONS : compileOptions(body.options);
  if (body.option_set !== undefined) {
    const set = optionSets.get(body.option_set);
    compilation.refer(component, '/body/option_set', 'option_set', body.option_set);
    if (set) options = set;
    else
      compilation.error(
        component,
        'unknown_option_set',
        '/body/option_set',
        `there is no option set \`${body.option_set}\`.`,
        compilation.didYouMean(body.option_set, optionSets.keys()),
      );
  }
  checkTransitions(compilation, component, options);
  const ownObject = objectOf(component)!;
  const object = compilation.objects.get(ownObject)?.name ?? ownObject;
  const to = type.name === 'user' ? 'user' : body.to;
  const targets =
    type.category !== 'relation' ? NO_TARGETS : to === '*' ? allTargets(compilation) : [to ?? []].flat();
  const isParent = body.parent === true;
  const field: { -readonly [K in keyof CompiledField]: CompiledField[K] } = {
    name,
    key,
    object,
    label: body.label,
    type,
    body,
    systemColumn: undefined,
    isRequired: body.required === true || isParent,
    isUnique: body.unique === true,
    isIndexed:
      body.indexed === true ||
      body.unique === true ||
      body.searchable === true ||
      (type.category === 'relation' && type.column !== undefined),
    isSearchable: body.searchable === true,
    isWritable: !type.isReadOnly,
    options,
    targets,
    isPolymorphic: Array.isArray(to) || to === '*',
    junction: undefined,
    default: undefined,
  };
  // By a faulty definition (a pattern that is none) no default can be judged.
  if (faults.length === 0 && foreign.length === 0 && hasPatterns)
    field.default = compileDefault(compilation, component, field);
  return field;
}

/** What is sealed can be neither found nor told apart; and only texts are sealed. */
function checkEncrypted(compilation: Compilation, component: ComponentOf<'field'>, type: FieldType): void {
  const { body } = component;
  if (body.encrypted !== true) return;
  if (body.multiple === true) {
    const message = 'several values in one field can not be encrypted.';
    compilation.error(
      component,
      'conflicting_properties',
      '/body/encrypted',
      message,
      'Leave one of the two out.',
    );
  } else if (!type.isEncrypted) {
    compilation.error(
      component,
      'property_not_applicable',
      '/body/encrypted',
      `${withArticle(type.label)} can not be encrypted: texts can.`,
      type.isSecret ? 'A secret is always sealed.' : 'Leave it out.',
    );
  } else {
    for (const property of ['unique', 'indexed', 'searchable'] as const) {
      if (body[property] !== true) continue;
      compilation.error(
        component,
        'conflicting_properties',
        jsonPointer('body', property),
        `an encrypted field can not be \`${property}\`: the database sees nothing of its values.`,
        'Leave one of the two out.',
      );
    }
  }
}

/** Whether the values of a type can be told apart by an index; of a list each entry. */
export function canBeUnique(type: FieldType): boolean {
  const { column } = type;
  return (column?.index === 'btree' && type.name !== 'boolean') || column?.entry !== undefined;
}

/** Whether the search box can find the values of a type. */
export function canBeSearched(type: FieldType): boolean {
  return type.column !== undefined && (type.valueType === 'text' || type.column.entry !== undefined);
}

/** What follows what in a status must be options of it, from whichever list they come. */
function checkTransitions(
  compilation: Compilation,
  component: ComponentOf<'field'>,
  options: readonly CompiledOption[],
): void {
  if (options.length === 0) return;
  const known = new Set(options.map((option) => option.value));
  const check = (value: string, ...place: (string | number)[]) => {
    if (known.has(value)) return;
    compilation.error(
      component,
      'unknown_option',
      jsonPointer('body', 'transitions', ...place),
      `\`${value}\` is none of its options.`,
      compilation.didYouMean(value, known),
    );
  };
  for (const [from, next] of Object.entries(component.body.transitions ?? {})) {
    check(from, from);
    for (const [index, to] of next.entries()) check(to, from, index);
  }
}

function allTargets(compilation: Compilation): string[] {
  return [...compilation.objects.values()].filter((object) => !object.isSystem).map((object) => object.name);
}

export function withArticle(label: string): string {
  return `${/^[aeio]/i.test(label) ? 'an' : 'a'} ${label.toLowerCase()}`;
}

export function compileOptions(options: readonly Option[]): CompiledOption[] {
  return options.map((option) => ({
    value: option.value,
    label: option.label,
    color: option.color,
    isActive: option.active ?? true,
  }));
}
