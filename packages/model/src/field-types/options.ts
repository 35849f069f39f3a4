/** What select types know about their options. */
import type { FieldBody } from '@trellis/metadata';
import type { CompiledOption, FieldType, JsonValue } from '../field-type.ts';
import type { CompiledField } from '../model.ts';

type Fault = ReturnType<FieldType['check']>[number];

/** Values that a new value may take: inactive options stay on old records and are offered no more. */
export function offeredValues(field: CompiledField): string[] {
  return field.options.filter((option) => option.isActive).map((option) => option.value);
}

export function labelOf(field: CompiledField, value: JsonValue): string {
  return field.options.find((option) => option.value === value)?.label ?? String(value);
}

/** Position of a value among the options; unknown ones come last. */
export function findOption(field: CompiledField, value: JsonValue): number {
  const index = field.options.findIndex((option) => option.value === value);
  return index < 0 ? field.options.length : index;
}

/** The option that a person or file means: by value, else by label without regard to case. */
export function readOption(field: CompiledField, text: string): CompiledOption | undefined {
  const typed = text.trim();
  const lower = typed.toLowerCase();
  return (
    field.options.find((option) => option.value === typed) ??
    field.options.find(
      (option) => option.label.toLowerCase() === lower || option.value.toLowerCase() === lower,
    )
  );
}

export function checkOptions(body: FieldBody): readonly Fault[] {
  if (body.options && body.option_set !== undefined) {
    return [
      {
        code: 'conflicting_properties',
        pointer: '/option_set',
        message: 'Both `options` and `option_set` are given.',
        hint: 'Keep one: own options, or the shared set.',
      },
    ];
  }
  if (!body.options && body.option_set === undefined) {
    return [
      { code: 'required', pointer: '/options', message: 'A select needs `options` or an `option_set`.' },
    ];
  }
  if (body.options?.length === 0) {
    return [{ code: 'required', pointer: '/options', message: 'A select needs at least one option.' }];
  }
  return duplicateOptions(body.options ?? []).map((fault) => ({
    ...fault,
    pointer: `/options${fault.pointer}`,
  }));
}

/** Faults of a list of options, pointers from the list. */
export function duplicateOptions(options: readonly { value: string }[]): readonly Fault[] {
  const seen = new Set<string>();
  return options.flatMap((option, index) => {
    if (!seen.has(option.value)) {
      seen.add(option.value);
      return [];
    }
    return [
      {
        code: 'duplicate_option',
        pointer: `/${index}/value`,
        message: `The option \`${option.value}\` is given twice.`,
      },
    ];
  });
}
