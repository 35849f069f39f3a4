/** Compiles dependent options: which options of a select are offered beside each value of another field. */
import { type ComponentOf, jsonPointer } from '@trellis/metadata';
import { type Compilation, type DraftObject, ownFieldsOf } from './compilation.ts';
import type { CompiledField } from './model.ts';
import type { OptionDependency } from './object-rules.ts';

interface Own {
  readonly component: ComponentOf<'field'>;
  readonly field: CompiledField;
}

export function compileDependencies(
  compilation: Compilation,
  object: DraftObject,
  own: readonly Own[],
): ReadonlyMap<string, OptionDependency> {
  const found = new Map<string, OptionDependency>();
  for (const each of own) {
    if (each.component.body.depends_on === undefined || each.field.options.length === 0) continue;
    const dependency = compileDependency(compilation, object, each);
    if (dependency) found.set(each.field.name, dependency);
  }
  for (const { component, field } of own) {
    const chain = [field.name];
    let next = found.get(field.name)?.controller.name;
    while (next !== undefined && !chain.includes(next)) {
      chain.push(next);
      next = found.get(next)?.controller.name;
    }
    if (next !== field.name) continue;
    compilation.error(
      component,
      'circular_reference',
      '/body/depends_on/field',
      `its options depend on themselves: ${[...chain, next].join(' → ')}.`,
      'Begin the chain with a field that depends on none.',
    );
  }
  return found;
}

function compileDependency(
  compilation: Compilation,
  object: DraftObject,
  { component, field }: Own,
): OptionDependency | undefined {
  const { field: name, options } = component.body.depends_on!;
  const controller = object.fields.get(name);
  const values = controller && valuesOf(controller);
  if (controller?.systemColumn === undefined)
    compilation.refer(component, '/body/depends_on/field', 'field', `${object.name}.${name}`);
  if (!controller || !values || controller.systemColumn !== undefined) {
    const candidates = ownFieldsOf(object).filter((each) => each !== field && valuesOf(each));
    compilation.error(
      component,
      controller ? 'wrong_type' : 'unknown_field',
      '/body/depends_on/field',
      `\`${name}\` is no select, status or checkbox of ${object.name}.`,
      compilation.didYouMean(
        name,
        candidates.map((each) => each.name),
      ),
    );
    return undefined;
  }
  const known = new Set(field.options.map((option) => option.value));
  const offered = new Map<string, ReadonlySet<string>>();
  for (const [value, list] of Object.entries(options)) {
    const at = ['body', 'depends_on', 'options', value] as const;
    requireOption(compilation, component, jsonPointer(...at), { value, among: values, of: name });
    for (const [index, option] of list.entries())
      requireOption(compilation, component, jsonPointer(...at, index), {
        value: option,
        among: known,
        of: field.name,
      });
    offered.set(value, new Set(list));
  }
  return { field, controller, offered };
}

function requireOption(
  compilation: Compilation,
  component: ComponentOf<'field'>,
  pointer: string,
  { value, among, of }: { readonly value: string; readonly among: ReadonlySet<string>; readonly of: string },
): void {
  if (among.has(value)) return;
  compilation.error(
    component,
    'unknown_option',
    pointer,
    `\`${value}\` is no option of \`${of}\`.`,
    compilation.didYouMean(value, among),
  );
}

/** The values that a controlling field can have; undefined for a field that can control none. */
function valuesOf(field: CompiledField): ReadonlySet<string> | undefined {
  if (field.type.valueType === 'boolean') return new Set(['true', 'false']);
  if (field.type.valueType !== 'option' || field.systemColumn !== undefined) return undefined;
  return new Set(field.options.map((option) => option.value));
}
