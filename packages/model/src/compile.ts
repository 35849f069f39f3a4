/**
 * Compiles metadata into a model: components as stored in, resolved graph and problems out. Problems are values and
 * all of them are returned; a model is returned only when none is an error. Pure: no I/O, no clock.
 *
 * The stages below read as the table of contents of the language; each strengthens what the one before made.
 */
import {
  componentId,
  type FieldBody,
  hasErrors,
  jsonPointer,
  objectOf,
  type Problem,
  shortName,
} from '@trellis/metadata';
import {
  Compilation,
  type CompileInput,
  type DraftObject,
  ownFieldsOf,
  replaceField,
} from './compilation.ts';
import { compileAccess } from './compile-access.ts';
import { compileComputed } from './compile-computed.ts';
import { compileField, compileOptions, withArticle } from './compile-field.ts';
import { compileLayout } from './compile-layout.ts';
import { checkParents, compileJunctions, compileLookups } from './compile-relations.ts';
import { compileRules } from './compile-rules.ts';
import { compileApp, compileRecordType, compileView } from './compile-screens.ts';
import { asksRelated } from './expressions/related-field.ts';
import type { CompiledOption } from './field-type.ts';
import { duplicateOptions } from './field-types/options.ts';
import { rollup as rollupType } from './field-types/rollup.ts';
import type { CompiledApp, CompiledField, CompiledRecordType, Model } from './model.ts';
import { NO_RULES } from './object-rules.ts';
import { RESERVED_OBJECT_NAMES, systemFields } from './system-fields.ts';

export interface CompileResult {
  /** Undefined when any problem is an error. */
  readonly model: Model | undefined;
  readonly problems: readonly Problem[];
}

/** Properties of the language on which nothing acts yet. */
const NOT_YET_EFFECTIVE: readonly (keyof FieldBody)[] = ['sensitive'];
/** System objects are made by the platform's own package, and their names are taken in every workspace. */
const SYSTEM_OBJECTS: ReadonlySet<string> = new Set(['user', 'team', 'team_member']);

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
  const wanted = findWantedFields(compilation);
  markIndexedFields(compilation, wanted);
  compileComputed(compilation, wanted);
  checkIndexes(compilation);
  orderFields(compilation);
  checkRecordTypeOptions(compilation);
  compileRules(compilation);
  compileLayouts(compilation);
  compileViews(compilation);
  const apps = compileApps(compilation);
  const access = compileAccess(compilation);
  reportNotYetEffective(compilation);
  const problems = compilation.problems;
  if (hasErrors(problems)) return { model: undefined, problems };
  const model: Model = {
    objects: compilation.objects,
    apps,
    access,
    components: new Map(inputs.map(({ component }) => [componentId(component), component])),
    references: compilation.references,
  };
  for (const object of compilation.objects.values()) {
    for (const field of object.fields.values()) Object.freeze(field);
    Object.freeze(object);
  }
  return { model: Object.freeze(model), problems };
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
      rules: NO_RULES,
      keepsHistory: body.history !== false,
      historyDays: typeof body.history === 'object' ? body.history.keep_days : undefined,
      binDays: body.recycle_bin?.keep_days,
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
  const keysOf = new Map<DraftObject, Map<string, string>>();
  for (const { component, key } of compilation.ofKind('field')) {
    const object = compilation.requireObject(component);
    const field = compileField(compilation, component, key, optionSets);
    if (!object || !field) continue;
    let keys = keysOf.get(object);
    if (!keys) {
      keys = new Map();
      keysOf.set(object, keys);
    }
    const keyOwner = keys.get(key);
    if (keyOwner !== undefined) {
      compilation.error(
        component,
        'key_taken',
        '/name',
        `its values would mix with those of \`${keyOwner}\`, which was first made under this name.`,
      );
      continue;
    }
    keys.set(key, field.name);
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

function compileNameFields(compilation: Compilation): void {
  let given: ReadonlySet<string> | undefined;
  for (const { component } of compilation.ofKind('object')) {
    const object = compilation.objects.get(component.name)!;
    const name = component.body.name_field;
    const found = object.fields.get(name);
    const field = found?.systemColumn === undefined ? found : undefined;
    compilation.refer(component, '/body/name_field', 'field', `${object.name}.${name}`);
    if (!field) {
      // A name field with faults of its own is reported there; saying that it is missing would mislead.
      given ??= new Set(compilation.ofKind('field').map((each) => each.component.name));
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

function checkRecordTypeOptions(compilation: Compilation): void {
  for (const { component } of compilation.ofKind('record_type')) {
    const object = compilation.objects.get(objectOf(component)!);
    if (!object) continue;
    for (const [name, choice] of Object.entries(component.body.options ?? {})) {
      const field = object.fields.get(name);
      compilation.refer(component, jsonPointer('body', 'options', name), 'field', `${object.name}.${name}`);
      if (!field?.isWritable || field.systemColumn !== undefined || field.options.length === 0) {
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

/** What a field is wanted for: its values, or no more than whether it is blank. */
type Want = 'values' | 'blank';

/** By object, the names of fields that views sort and filter by, sharing rules ask for and its indexes name. */
function findWantedFields(compilation: Compilation): ReadonlyMap<string, ReadonlyMap<string, Want>> {
  const wantedOf = new Map<string, Map<string, Want>>();
  const adder = (object: string) => {
    const wanted = wantedOf.get(object) ?? new Map<string, Want>();
    wantedOf.set(object, wanted);
    return (name: string, want: Want = 'values') => {
      if (wanted.get(name) !== 'values') wanted.set(name, want);
    };
  };
  for (const { component } of compilation.ofKind('view')) {
    const add = adder(objectOf(component)!);
    for (const key of component.body.sort ?? []) add(key.replace(/^-/, ''));
    collectFilterFields(component.body.filter, add);
    // Each column of a board is a list of its own.
    const { mode, group_by: group } = component.body;
    if (mode === 'kanban' && group !== undefined) add(group);
  }
  // Their condition stands in every question of those whom they share with.
  for (const { component } of compilation.ofKind('sharing_rule'))
    collectFilterFields(component.body.when, adder(objectOf(component)!));
  for (const object of compilation.objects.values()) {
    const add = adder(object.name);
    for (const index of object.body.indexes ?? []) {
      for (const key of index.fields) add(key.replace(/^-/, ''));
      for (const name of index.include ?? []) add(name);
    }
  }
  return wantedOf;
}

/** What views sort and filter by deserves an index, without anybody having to ask. */
function markIndexedFields(
  compilation: Compilation,
  wanted: ReadonlyMap<string, ReadonlyMap<string, Want>>,
): void {
  for (const object of compilation.objects.values()) {
    for (const [name, want] of wanted.get(object.name) ?? []) {
      const field = object.fields.get(name);
      if (!field || field.isIndexed || !field.type.column || field.type.column.index === 'none') continue;
      // Which index a roll-up may have is known with its parts.
      if (field.type === rollupType) continue;
      const isForBlank = want === 'blank' ? { isIndexedForBlank: true } : {};
      replaceField(object, { ...field, isIndexed: true, ...isForBlank });
    }
  }
}

function checkIndexes(compilation: Compilation): void {
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
        const isComputed = field?.formula?.isStorable === false;
        if (!field?.type.column || field.type.column.index === 'none' || isComputed)
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

/**
 * `place`: where in a filter the source stands. A field is asked for no more than its blanks where `is_blank` stands by
 * itself; what is not blank is asked for its values, since it may be the few that have one.
 */
function collectFilterFields(
  source: unknown,
  add: (name: string, want: Want) => void,
  place: Want | 'condition' = 'condition',
): void {
  if (typeof source !== 'object' || source === null) return;
  for (const [operator, value] of Object.entries(source)) {
    const name: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
    // What is asked of related records is about fields of theirs.
    if (Array.isArray(value) && asksRelated(operator, value, () => false)) continue;
    const isCondition = place === 'condition' && (operator === 'and' || operator === 'or');
    const isBlank = place === 'condition' && operator === 'is_blank';
    if (operator === 'var' && typeof name === 'string') add(name, place === 'blank' ? 'blank' : 'values');
    else if (Array.isArray(source) || isCondition) collectFilterFields(value, add, place);
    else collectFilterFields(value, add, isBlank ? 'blank' : 'values');
  }
}

function compileApps(compilation: Compilation): CompiledApp[] {
  return compilation
    .ofKind('app')
    .map(({ component }) => compileApp(compilation, component))
    .sort((left, right) => (left.body.position ?? 1000) - (right.body.position ?? 1000));
}

/** Properties that are accepted, kept and shown, and that nothing acts on yet. */
function reportNotYetEffective(compilation: Compilation): void {
  for (const { component } of compilation.inputs) {
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
