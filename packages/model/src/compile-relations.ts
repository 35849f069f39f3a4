/** Compiles what is between objects: lookups with their reverse side, parents, and the junctions of many-to-many fields. */
import { type ComponentOf, jsonPointer, objectOf, shortName } from '@trellis/metadata';
import { type Compilation, type DraftObject, ownFieldsOf, replaceField } from './compilation.ts';
import { typeOfBody } from './field-types/registry.ts';
import type { CompiledField, Junction } from './model.ts';

export function compileLookups(compilation: Compilation): void {
  for (const { component } of compilation.ofKind('field')) {
    if (typeOfBody(component.body)?.category !== 'relation') continue;
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
    checkTree(compilation, component, field);
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

/** A tree is of one object, and its first record stands under none. */
function checkTree(
  compilation: Compilation,
  component: ComponentOf<'field'>,
  { object, targets, isPolymorphic, isRequired }: CompiledField,
): void {
  if (component.body.tree !== true) return;
  if (isPolymorphic || targets[0] !== object) {
    compilation.error(
      component,
      'conflicting_properties',
      '/body/tree',
      `a tree is of one object: the lookup must point to \`${object}\` alone.`,
      'Leave `tree` out, or let it point to its own object.',
    );
  } else if (isRequired) {
    compilation.error(
      component,
      'conflicting_properties',
      '/body/tree',
      'the topmost record of a tree has none above it: the lookup can not be required.',
      'Leave `required` or `tree` out.',
    );
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
export function checkParents(compilation: Compilation): void {
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
    if (!component.body.parent) continue;
    const object = objectOf(component)!;
    const field = compilation.objects.get(object)?.fields.get(shortName(component.name));
    if (field?.systemColumn !== undefined || field?.isPolymorphic) continue;
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

export function compileJunctions(compilation: Compilation): void {
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
