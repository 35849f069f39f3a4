/**
 * Compiles metadata into a model: components as stored in, resolved graph and problems out. Problems are values and
 * all of them are returned; a model is returned only when none is an error. Pure: no I/O, no clock.
 *
 * The stages below read as the table of contents of the language; each strengthens what the one before made.
 */
import {
  type Component,
  type ComponentOf,
  componentId,
  type FieldBody,
  hasErrors,
  jsonPointer,
  KINDS,
  nearest,
  type Option,
  objectOf,
  type Problem,
  shortName,
} from '@trellis/metadata';
import { compileDefault } from './compile-default.ts';
import { compileLayout } from './compile-layout.ts';
import { compileApp, compileRecordType, compileView } from './compile-screens.ts';
import type { FieldPath } from './expressions/path.ts';
import type { CompiledOption } from './field-type.ts';
import { duplicateOptions } from './field-types/options.ts';
import { FIELD_TYPES } from './field-types/registry.ts';
import type {
  CompiledApp,
  CompiledField,
  CompiledLayout,
  CompiledObject,
  CompiledRecordType,
  CompiledView,
  Junction,
  Model,
  Reference,
  ReverseLookup,
} from './model.ts';
import { RESERVED_FIELD_NAMES, RESERVED_OBJECT_NAMES, systemFields } from './system-fields.ts';

/** A component with the key it was given when it was first made; without one it is new, and its name is its key. */
export interface CompileInput {
  readonly component: Component;
  readonly key?: string;
}

export interface CompileResult {
  /** Undefined when any problem is an error. */
  readonly model: Model | undefined;
  readonly problems: readonly Problem[];
}

/** Properties of every field type; the others belong to the types that list them. */
const COMMON_PROPERTIES: ReadonlySet<string> = new Set([
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
/** Properties of the language on which nothing acts yet. */
const NOT_YET_EFFECTIVE: readonly (keyof FieldBody)[] = [
  'sensitive',
  'encrypted',
  'visible_when',
  'required_when',
  'read_only_when',
];
/** System objects are made by the platform's own package, and their names are taken in every workspace. */
const SYSTEM_OBJECTS: ReadonlySet<string> = new Set(['user', 'team']);

/** Looking for a near name compares it with all of its kind. */
const MAX_HINTS = 200;
/** A text of this length fits an entry of a B-tree (2,704 bytes), at four bytes a character. */
const MAX_UNIQUE_LENGTH = 600;

/** The object as it is being compiled: the stages fill it in. */
export type DraftObject = { -readonly [K in keyof CompiledObject]: CompiledObject[K] } & {
  fields: Map<string, CompiledField>;
  reverseLookups: ReverseLookup[];
  views: Map<string, CompiledView>;
  layouts: Map<string, CompiledLayout>;
};

/** What the stages share: input by kind, objects made so far, problems and references found. */
export class Compilation {
  readonly inputs: readonly CompileInput[];
  readonly objects = new Map<string, DraftObject>();
  readonly problems: Problem[] = [];
  readonly references: Reference[] = [];
  /** By object: the names of its reverse lookups, and whose they are. */
  readonly reverseNames = new Map<string, Map<string, string>>();
  readonly #byKind: ReadonlyMap<string, readonly { component: Component; key: string }[]>;
  #hints = 0;
  readonly #unknownObjects = new Map<string, string | undefined>();

  constructor(inputs: readonly CompileInput[]) {
    this.inputs = inputs;
    this.#byKind = Map.groupBy(
      inputs.map(({ component, key }) => ({ component, key: key ?? shortName(component.name) })),
      (input) => input.component.kind,
    );
  }

  ofKind<K extends Component['kind']>(kind: K): readonly { component: ComponentOf<K>; key: string }[] {
    return (this.#byKind.get(kind) ?? []) as { component: ComponentOf<K>; key: string }[];
  }

  /** Notes that a component mentions another, at a pointer of the first. */
  refer(from: Component, pointer: string, kind: Component['kind'], name: string): void {
    this.references.push({ from: componentId(from), pointer, to: componentId({ kind, name }) });
  }

  /** Notes the own fields on a path, lookups included. */
  referToPath(from: Component, pointer: string, path: FieldPath): void {
    for (const field of [...path.through, path.field]) {
      if (field.systemColumn === undefined)
        this.refer(from, pointer, 'field', `${field.object}.${field.name}`);
    }
  }

  error(component: Component, code: string, pointer: string, message: string, hint?: string): void {
    this.#report('error', component, { code, pointer, message, ...(hint === undefined ? {} : { hint }) });
  }

  warning(component: Component, code: string, pointer: string, message: string, hint?: string): void {
    this.#report('warning', component, { code, pointer, message, ...(hint === undefined ? {} : { hint }) });
  }

  #report(
    severity: Problem['severity'],
    component: Component,
    fault: Omit<Problem, 'severity' | 'component'>,
  ): void {
    this.problems.push({
      ...fault,
      severity,
      message: `${component.name}: ${fault.message}`,
      component: { kind: component.kind, name: component.name },
    });
  }

  /** The draft of a component's object, or undefined after reporting that it doesn't exist. */
  requireObject(component: Component): DraftObject | undefined {
    const name = objectOf(component)!;
    const object = this.objects.get(name);
    if (!object) {
      // A missing object has many orphans, and its nearest name is one.
      if (!this.#unknownObjects.has(name))
        this.#unknownObjects.set(name, this.didYouMean(name, this.objects.keys()));
      const hint = this.#unknownObjects.get(name);
      this.error(component, 'unknown_object', '/name', `there is no object \`${name}\`.`, hint);
    }
    return object;
  }

  /** A hint with the nearest candidate. Only the first problems get one: in thousands of them nobody reads hints. */
  didYouMean(name: string, candidates: Iterable<string>): string | undefined {
    if (++this.#hints > MAX_HINTS) return undefined;
    const near = nearest(name, candidates);
    return near && `Did you mean \`${near}\`?`;
  }
}

/** Compiles all components of a workspace, given in the order in which they were first made. */
export function compile(inputs: readonly CompileInput[]): CompileResult {
  const compilation = new Compilation(inputs);
  const optionSets = compileOptionSets(compilation);
  compileObjects(compilation);
  compileRecordTypes(compilation);
  compileFields(compilation, optionSets);
  compileNameFields(compilation);
  compileLookups(compilation);
  compileJunctions(compilation);
  checkParents(compilation);
  markIndexedFields(compilation);
  orderFields(compilation);
  checkRecordTypeOptions(compilation);
  compileLayouts(compilation);
  compileViews(compilation);
  const apps = compileApps(compilation);
  reportNotYetEffective(compilation);
  const problems = compilation.problems;
  if (hasErrors(problems)) return { model: undefined, problems };
  const model: Model = {
    objects: compilation.objects,
    apps,
    components: new Map(inputs.map(({ component }) => [componentId(component), component])),
    references: compilation.references,
  };
  for (const object of compilation.objects.values()) {
    for (const field of object.fields.values()) Object.freeze(field);
    Object.freeze(object);
  }
  return { model: Object.freeze(model), problems };
}

function compileOptions(options: readonly Option[]): CompiledOption[] {
  return options.map((option) => ({
    value: option.value,
    label: option.label,
    color: option.color,
    isActive: option.active ?? true,
  }));
}

function compileOptionSets(compilation: Compilation): ReadonlyMap<string, CompiledOption[]> {
  const sets = new Map<string, CompiledOption[]>();
  for (const { component } of compilation.ofKind('option_set')) {
    for (const fault of duplicateOptions(component.body.options)) {
      compilation.error(component, fault.code, `/body/options${fault.pointer}`, fault.message);
    }
    sets.set(component.name, compileOptions(component.body.options));
  }
  return sets;
}

function compileObjects(compilation: Compilation): void {
  const keys = new Map<string, string>();
  for (const { component, key } of compilation.ofKind('object')) {
    const { body, name } = component;
    const keyOwner = keys.get(key);
    if (RESERVED_OBJECT_NAMES.has(name)) {
      compilation.error(
        component,
        'reserved_name',
        '/name',
        `\`${name}\` is a name of the platform's own.`,
        'Choose another name.',
      );
    }
    if (keyOwner !== undefined) {
      compilation.error(
        component,
        'key_taken',
        '/name',
        `its records would mix with those of \`${keyOwner}\`, which was first made under this name.`,
      );
    }
    keys.set(key, name);
    compilation.objects.set(name, {
      name,
      key,
      label: body.label,
      pluralLabel: body.plural_label,
      icon: body.icon ?? 'box',
      color: body.color ?? 'gray',
      body,
      isSystem: SYSTEM_OBJECTS.has(name),
      fields: new Map(),
      ownFields: [],
      nameField: undefined as never,
      parentField: undefined,
      recordTypes: [],
      layouts: new Map(),
      views: new Map(),
      reverseLookups: [],
      keepsHistory: body.history ?? true,
      isSearchable: body.search ?? true,
    });
  }
}

function compileRecordTypes(compilation: Compilation): void {
  const byObject = new Map<string, CompiledRecordType[]>();
  for (const { component } of compilation.ofKind('record_type')) {
    const object = compilation.requireObject(component);
    if (!object) continue;
    const list = byObject.get(object.name) ?? [];
    const first = list.find((recordType) => recordType.isDefault);
    if (first && component.body.is_default) {
      compilation.error(
        component,
        'duplicate_default',
        '/body/is_default',
        `${object.name} has two default record types; the other is \`${first.name}\`.`,
      );
    }
    if (component.body.is_default && component.body.active === false) {
      compilation.error(
        component,
        'conflicting_properties',
        '/body/is_default',
        'the default record type can not be inactive: new records would get it.',
      );
    }
    list.push(compileRecordType(component));
    byObject.set(object.name, list);
  }
  for (const [name, recordTypes] of byObject) compilation.objects.get(name)!.recordTypes = recordTypes;
}

function compileFields(compilation: Compilation, optionSets: ReadonlyMap<string, CompiledOption[]>): void {
  for (const object of compilation.objects.values()) {
    const recordTypes = object.recordTypes.map((recordType) => ({
      value: recordType.name,
      label: recordType.label,
      color: recordType.body.color,
      isActive: recordType.isActive,
    }));
    for (const field of systemFields(object.name, recordTypes)) object.fields.set(field.name, field);
  }
  const keys = new Map<string, string>();
  for (const { component, key } of compilation.ofKind('field')) {
    const object = compilation.requireObject(component);
    const field = compileField(compilation, component, key, optionSets);
    if (!object || !field) continue;
    const keyOwner = keys.get(`${object.name}.${key}`);
    if (keyOwner !== undefined) {
      compilation.error(
        component,
        'key_taken',
        '/name',
        `its values would mix with those of \`${keyOwner}\`, which was first made under this name.`,
      );
      continue;
    }
    keys.set(`${object.name}.${key}`, field.name);
    object.fields.set(field.name, field);
  }
}

/** The own fields, once nothing changes any more: the name field first, then in the order they were made. */
function orderFields(compilation: Compilation): void {
  for (const object of compilation.objects.values()) {
    const own = ownFieldsOf(object);
    const { nameField } = object;
    object.ownFields = nameField ? [nameField, ...own.filter((field) => field !== nameField)] : own;
  }
}

function compileField(
  compilation: Compilation,
  component: ComponentOf<'field'>,
  key: string,
  optionSets: ReadonlyMap<string, CompiledOption[]>,
): CompiledField | undefined {
  const { body } = component;
  const name = shortName(component.name);
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
  const type = FIELD_TYPES.get(body.type);
  if (!type) {
    compilation.error(
      component,
      'type_not_available',
      '/body/type',
      `the type \`${body.type}\` is part of the language but not available in this version.`,
      `Available are ${[...FIELD_TYPES.keys()].join(', ')}.`,
    );
    return undefined;
  }
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
  const faults = type.check(body);
  for (const fault of faults) {
    compilation.error(component, fault.code, `/body${fault.pointer}`, fault.message, fault.hint);
  }
  if (
    body.unique &&
    (type.column === undefined || type.column.index !== 'btree' || type.name === 'boolean')
  ) {
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
  if (body.indexed && type.column?.index === 'none') {
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
  if (body.searchable && (type.valueType !== 'text' || type.column === undefined)) {
    compilation.error(
      component,
      'property_not_applicable',
      '/body/searchable',
      `the search box finds text; ${withArticle(type.label)} is none.`,
    );
  }
  let options = compileOptions(body.options ?? []);
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
  const object = objectOf(component)!;
  const to = type.name === 'user' ? 'user' : body.to;
  const targets =
    type.category !== 'relation' ? [] : to === '*' ? allTargets(compilation) : [to ?? []].flat();
  const isParent = body.parent === true;
  const field: CompiledField = {
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
  return faults.length > 0 || foreign.length > 0
    ? field
    : { ...field, default: compileDefault(compilation, component, field) };
}

/** What follows what in a status must be options of it, from whichever list they come. */
function checkTransitions(
  compilation: Compilation,
  component: ComponentOf<'field'>,
  options: readonly CompiledOption[],
): void {
  const known = new Set(options.map((option) => option.value));
  if (known.size === 0) return;
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

function withArticle(label: string): string {
  return `${/^[aeio]/i.test(label) ? 'an' : 'a'} ${label.toLowerCase()}`;
}

function compileNameFields(compilation: Compilation): void {
  const given = new Set(compilation.ofKind('field').map((each) => each.component.name));
  for (const { component } of compilation.ofKind('object')) {
    const object = compilation.objects.get(component.name)!;
    const name = component.body.name_field;
    const found = object.fields.get(name);
    const field = found?.systemColumn === undefined ? found : undefined;
    compilation.refer(component, '/body/name_field', 'field', `${object.name}.${name}`);
    if (!field) {
      // A name field with faults of its own is reported there; saying that it is missing would mislead.
      if (!given.has(`${object.name}.${name}`)) {
        const names = ownFieldsOf(object).map((each) => each.name);
        compilation.error(
          component,
          'unknown_field',
          '/body/name_field',
          `the name field \`${name}\` is no field of it.`,
          compilation.didYouMean(name, names) ?? 'Add the field in the same change.',
        );
      }
      continue;
    }
    if (field.type.valueType !== 'text' || !field.type.isSortable) {
      compilation.error(
        component,
        'wrong_type',
        '/body/name_field',
        `the name field must be one line of text; \`${name}\` is ${withArticle(field.type.label)}.`,
      );
      continue;
    }
    const titled: CompiledField = { ...field, isIndexed: true, isSearchable: true };
    replaceField(object, titled);
    object.nameField = titled;
  }
}

function compileLookups(compilation: Compilation): void {
  for (const { component } of compilation.ofKind('field')) {
    const field = compilation.objects.get(objectOf(component)!)?.fields.get(shortName(component.name));
    if (!field || field.targets.length === 0 || field.systemColumn !== undefined) continue;
    if (component.body.to !== '*' && new Set(field.targets).size < field.targets.length) {
      const index = field.targets.findIndex((target, at) => field.targets.indexOf(target) < at);
      compilation.error(
        component,
        'duplicate_item',
        jsonPointer('body', 'to', index),
        `it points to \`${field.targets[index]}\` twice.`,
      );
      continue;
    }
    const known = field.targets.filter((target, index) => {
      const pointer = Array.isArray(component.body.to) ? `/body/to/${index}` : '/body/to';
      if (component.body.to !== '*') compilation.refer(component, pointer, 'object', target);
      if (compilation.objects.has(target)) return true;
      if (field.type.name !== 'user') {
        compilation.error(
          component,
          'unknown_object',
          pointer,
          `it points to \`${target}\`, and there is no such object.`,
          compilation.didYouMean(target, compilation.objects.keys()),
        );
      }
      return false;
    });
    if (field.type.column === undefined) continue;
    const owner = compilation.objects.get(field.object)!;
    if (component.body.parent) {
      if (owner.body.sharing !== undefined && owner.body.sharing !== 'parent') {
        compilation.error(
          component,
          'conflicting_properties',
          '/body/parent',
          `with a parent lookup, the object's \`sharing\` must be \`parent\`, not \`${owner.body.sharing}\`.`,
        );
      }
      owner.parentField ??= field;
    }
    for (const target of known)
      addReverseLookup(compilation, component, field, compilation.objects.get(target)!);
  }
  for (const { component } of compilation.ofKind('object')) {
    const object = compilation.objects.get(component.name)!;
    if (component.body.sharing === 'parent' && !object.parentField) {
      compilation.error(
        component,
        'conflicting_properties',
        '/body/sharing',
        '`sharing` is `parent`, but no field is a parent lookup.',
        'Add one, or choose private, read or read_write.',
      );
    }
  }
}

function addReverseLookup(
  compilation: Compilation,
  component: ComponentOf<'field'>,
  field: CompiledField,
  target: DraftObject,
): void {
  const holder = compilation.objects.get(field.object)!;
  const name = component.body.reverse_name ?? `${field.object}_${field.name}`;
  const names = compilation.reverseNames.get(target.name) ?? new Map<string, string>();
  compilation.reverseNames.set(target.name, names);
  const taken = names.get(name) ?? (target.fields.has(name) ? `${target.name}.${name}` : undefined);
  if (taken !== undefined) {
    compilation.error(
      component,
      'name_taken',
      '/body/reverse_name',
      `seen from ${target.name}, \`${name}\` is already the name of \`${taken}\`.`,
      'Give it another `reverse_name`.',
    );
    return;
  }
  names.set(name, `${field.object}.${field.name}`);
  target.reverseLookups.push({
    name,
    label: component.body.reverse_label ?? holder.pluralLabel,
    object: field.object,
    field: field.name,
  });
}

/** A record needs its parent before it can be made, so a ring of parents could never get its first record. */
function checkParents(compilation: Compilation): void {
  const parents = (object: string): string[] =>
    ownFieldsOf(compilation.objects.get(object)!).flatMap((field) =>
      field.body.parent ? field.targets.filter((target) => compilation.objects.has(target)) : [],
    );
  const isAncestor = (ancestor: string, object: string): boolean => {
    const seen = new Set<string>();
    const open = [object];
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      if (each === ancestor) return true;
      if (seen.has(each)) continue;
      seen.add(each);
      open.push(...parents(each));
    }
    return false;
  };
  for (const { component } of compilation.ofKind('field')) {
    const object = objectOf(component)!;
    const field = compilation.objects.get(object)?.fields.get(shortName(component.name));
    if (!component.body.parent || field?.systemColumn !== undefined || field?.isPolymorphic) continue;
    const target = field?.targets.find((each) => compilation.objects.has(each) && isAncestor(object, each));
    if (target === undefined) continue;
    compilation.error(
      component,
      'parent_cycle',
      '/body/parent',
      target === object
        ? 'an object can not be its own parent: the first record would need one before it.'
        : `\`${target}\` has ${object} among its own parents, so neither could get a first record.`,
      'Leave `parent` out.',
    );
  }
}

/** The own fields before `orderFields`, in the order they were made. */
function ownFieldsOf(object: DraftObject): CompiledField[] {
  return [...object.fields.values()].filter((field) => field.systemColumn === undefined);
}

function compileJunctions(compilation: Compilation): void {
  for (const { component } of compilation.ofKind('field')) {
    if (component.body.type !== 'multi_lookup' || component.body.through === undefined) continue;
    const object = compilation.objects.get(objectOf(component)!);
    const field = object?.fields.get(shortName(component.name));
    if (!object || !field) continue;
    const { through } = component.body;
    compilation.refer(component, '/body/through', 'object', through);
    const junction = compilation.objects.get(through);
    if (!junction) {
      compilation.error(
        component,
        'unknown_object',
        '/body/through',
        `the junction object \`${through}\` does not exist.`,
        compilation.didYouMean(through, compilation.objects.keys()),
      );
      continue;
    }
    const [target] = field.targets;
    // A target that isn't there is reported as such; a junction can't be judged without it.
    if (target === undefined || !compilation.objects.has(target)) continue;
    const lookups = ownFieldsOf(junction).filter(
      (each) => each.type.name === 'lookup' && !each.isPolymorphic,
    );
    const near = lookups.find((each) => each.targets[0] === object.name);
    const far = lookups.find((each) => each !== near && each.targets[0] === target);
    if (!near || !far) {
      const missing = near ? target : object.name;
      compilation.error(
        component,
        'invalid_junction',
        '/body/through',
        `the junction object \`${through}\` has no lookup to ${missing}.`,
        `It needs two lookups: to ${object.name} and to ${target}.`,
      );
      continue;
    }
    // Needed without being named: the pointer is to no text that a rename could rewrite.
    for (const lookup of [near, far])
      compilation.refer(component, '/body', 'field', `${through}.${lookup.name}`);
    const compiled: Junction = { object: through, near: near.name, far: far.name };
    replaceField(object, { ...field, junction: compiled });
  }
}

function checkRecordTypeOptions(compilation: Compilation): void {
  for (const { component } of compilation.ofKind('record_type')) {
    const object = compilation.objects.get(objectOf(component)!);
    if (!object) continue;
    for (const [name, choice] of Object.entries(component.body.options ?? {})) {
      const field = object.fields.get(name);
      compilation.refer(component, jsonPointer('body', 'options', name), 'field', `${object.name}.${name}`);
      if (!field || field.systemColumn !== undefined || field.options.length === 0) {
        compilation.error(
          component,
          field ? 'wrong_type' : 'unknown_field',
          jsonPointer('body', 'options', name),
          `\`${name}\` is no select of ${object.name}.`,
          field
            ? undefined
            : compilation.didYouMean(
                name,
                ownFieldsOf(object)
                  .filter((each) => each.options.length > 0)
                  .map((each) => each.name),
              ),
        );
        continue;
      }
      const known = new Set(field.options.map((option) => option.value));
      for (const [index, value] of choice.values.entries()) {
        if (known.has(value)) continue;
        compilation.error(
          component,
          'unknown_option',
          jsonPointer('body', 'options', name, 'values', index),
          `\`${value}\` is no option of \`${name}\`.`,
          compilation.didYouMean(value, known),
        );
      }
      if (choice.default !== undefined && !choice.values.includes(choice.default)) {
        compilation.error(
          component,
          'unknown_option',
          jsonPointer('body', 'options', name, 'default'),
          `the default \`${choice.default}\` is not among the values offered.`,
        );
      }
    }
  }
}

function compileLayouts(compilation: Compilation): void {
  for (const { component } of compilation.ofKind('layout')) {
    const object = compilation.requireObject(component);
    if (object) object.layouts.set(shortName(component.name), compileLayout(compilation, component, object));
  }
  for (const { component } of compilation.ofKind('record_type')) {
    const object = compilation.objects.get(objectOf(component)!);
    const { layout } = component.body;
    if (!object || layout === undefined) continue;
    compilation.refer(component, '/body/layout', 'layout', `${object.name}.${layout}`);
    if (!object.layouts.has(layout)) {
      compilation.error(
        component,
        'unknown_layout',
        '/body/layout',
        `${object.name} has no layout \`${layout}\`.`,
        compilation.didYouMean(layout, object.layouts.keys()),
      );
    }
  }
}

function compileViews(compilation: Compilation): void {
  for (const { component } of compilation.ofKind('view')) {
    const object = compilation.requireObject(component);
    if (!object) continue;
    const first = [...object.views.values()].find((view) => view.isDefault);
    if (first && component.body.is_default) {
      compilation.error(
        component,
        'duplicate_default',
        '/body/is_default',
        `${object.name} has two default views; the other is \`${first.name}\`.`,
      );
    }
    object.views.set(shortName(component.name), compileView(compilation, component, object));
  }
}

/** What views sort and filter by deserves an index, without anybody having to ask. */
function markIndexedFields(compilation: Compilation): void {
  const wantedByViews = new Map<string, Set<string>>();
  for (const { component } of compilation.ofKind('view')) {
    const wanted = wantedByViews.get(objectOf(component)!) ?? new Set<string>();
    wantedByViews.set(objectOf(component)!, wanted);
    for (const key of component.body.sort ?? []) wanted.add(key.replace(/^-/, ''));
    collectFilterFields(component.body.filter, wanted);
  }
  for (const object of compilation.objects.values()) {
    const wanted = wantedByViews.get(object.name) ?? new Set<string>();
    for (const index of object.body.indexes ?? [])
      for (const key of index.fields) wanted.add(key.replace(/^-/, ''));
    for (const index of object.body.indexes ?? []) for (const name of index.include ?? []) wanted.add(name);
    for (const name of wanted) {
      const field = object.fields.get(name);
      if (!field || field.isIndexed || !field.type.column || field.type.column.index === 'none') continue;
      replaceField(object, { ...field, isIndexed: true });
    }
  }
  for (const { component } of compilation.ofKind('object')) {
    const object = compilation.objects.get(component.name)!;
    for (const [position, index] of (component.body.indexes ?? []).entries()) {
      const named = [
        ...index.fields.map((key, at) => ['fields', at, key.replace(/^-/, '')] as const),
        ...(index.include ?? []).map((name, at) => ['include', at, name] as const),
      ];
      for (const [list, at, name] of named) {
        const pointer = jsonPointer('body', 'indexes', position, list, at);
        const field = object.fields.get(name);
        if (field?.systemColumn === undefined)
          compilation.refer(component, pointer, 'field', `${object.name}.${name}`);
        if (!field?.type.column || field.type.column.index === 'none')
          compilation.error(
            component,
            'unknown_field',
            pointer,
            `\`${name}\` is no field that can be indexed.`,
            compilation.didYouMean(name, object.fields.keys()),
          );
      }
    }
  }
}

function collectFilterFields(source: unknown, names: Set<string>): void {
  if (typeof source !== 'object' || source === null) return;
  for (const [operator, value] of Object.entries(source)) {
    const name: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (operator === 'var' && typeof name === 'string') names.add(name);
    else collectFilterFields(value, names);
  }
}

function compileApps(compilation: Compilation): CompiledApp[] {
  return compilation
    .ofKind('app')
    .map(({ component }) => compileApp(compilation, component))
    .sort((left, right) => (left.body.position ?? 1000) - (right.body.position ?? 1000));
}

/** Kinds and properties that are accepted, kept and shown, and that nothing acts on yet. */
function reportNotYetEffective(compilation: Compilation): void {
  for (const { component } of compilation.inputs) {
    if (!KINDS[component.kind].effective) {
      if (KINDS[component.kind].ofObject && !compilation.requireObject(component)) continue;
      compilation.warning(
        component,
        'not_yet_effective',
        '',
        `${component.kind} components are kept, but have no effect in this version.`,
      );
    }
    if (
      component.kind === 'object' &&
      component.body.sharing !== undefined &&
      component.body.sharing !== 'private' &&
      component.body.sharing !== 'parent'
    ) {
      compilation.warning(
        component,
        'not_yet_effective',
        '/body/sharing',
        '`sharing` has no effect in this version: only administrators see records.',
      );
    }
    if (component.kind !== 'field') continue;
    for (const property of NOT_YET_EFFECTIVE) {
      if (component.body[property] === undefined) continue;
      compilation.warning(
        component,
        'not_yet_effective',
        jsonPointer('body', property),
        `\`${property}\` has no effect in this version.`,
      );
    }
  }
}

/** Puts a changed field in the place of the one of its name, wherever the object holds it. */
function replaceField(object: DraftObject, field: CompiledField): void {
  object.fields.set(field.name, field);
  if (object.nameField?.name === field.name) object.nameField = field;
  if (object.parentField?.name === field.name) object.parentField = field;
}
