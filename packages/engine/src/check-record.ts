/**
 * Step 5 of a save, the part that needs no database: types, required, options of the record type, set-once. Only what
 * the save changes is looked at: an old record that would not pass today can still be edited in its other fields.
 */
import { jsonPointer } from '@trellis/metadata';
import { allowedNext, type CompiledField, type CompiledObject } from '@trellis/model';
import type { Draft } from './draft.ts';
import { saveShape } from './save-shape.ts';
import { validateValue } from './validate-value.ts';

/** Adds every fault of the draft to its problems. */
export function checkRecord(object: CompiledObject, draft: Draft, takesBack = false): void {
  for (const [field, { after }] of draft.changes) addFaults(draft, after, field);
  for (const [field, ids] of draft.links) addFaults(draft, ids, field);
  checkRequired(object, draft);
  checkOwner(object, draft);
  if (!takesBack) {
    checkSetOnce(draft);
    checkTransitions(draft);
  }
  checkRecordType(object, draft);
}

/** Nearly every value is sound: nothing is made for those. */
function addFaults(draft: Draft, value: unknown, field: CompiledField): void {
  for (const fault of validateValue(value, field)) draft.problems.push(fault);
}

/** On a new record every required field counts, on a change those that the input names. */
function checkRequired(object: CompiledObject, draft: Draft): void {
  for (const field of saveShape(object).required) {
    if (!draft.isNew && !draft.input.values.has(field)) continue;
    if (draft.data[field.key] !== undefined) continue;
    draft.problems.push({
      code: 'required',
      pointer: jsonPointer(field.name),
      message: `${field.label} is required.`,
    });
  }
}

function checkOwner(object: CompiledObject, draft: Draft): void {
  const owner = object.fields.get('owner_id')!;
  if (!draft.input.values.has(owner) || draft.input.values.get(owner) !== null) return;
  draft.problems.push({ code: 'required', pointer: '/owner_id', message: 'A record always has an owner.' });
}

function checkSetOnce(draft: Draft): void {
  for (const [field, { before }] of draft.changes) {
    if (!field.body.set_once || before === null || draft.isNew) continue;
    draft.problems.push({
      code: 'set_once',
      pointer: jsonPointer(field.name),
      message: `${field.label} can be set once and is never changed afterwards.`,
    });
  }
}

/** A status moves only along its transitions; what was never set may become anything. */
function checkTransitions(draft: Draft): void {
  if (draft.isNew) return;
  for (const [field, { before, after }] of draft.changes) {
    const next = allowedNext(field, before);
    if (!next || next.includes(String(after))) continue;
    const labels = next.map(
      (value) => field.options.find((option) => option.value === value)?.label ?? value,
    );
    draft.problems.push({
      code: 'invalid_transition',
      pointer: jsonPointer(field.name),
      message: `${field.label} can not be changed in this way.`,
      hint:
        labels.length === 0 ? 'It has reached its end.' : `It can become ${labels.slice(0, 12).join(', ')}.`,
    });
  }
}

function checkRecordType(object: CompiledObject, draft: Draft): void {
  if (object.recordTypes.length === 0) return;
  const field = object.fields.get('record_type')!;
  const isChanged = draft.changes.has(field);
  const wasNamed = draft.input.values.has(field);
  if (draft.recordType === null) {
    const hasDefault = object.recordTypes.some((each) => each.isActive);
    if (wasNamed && hasDefault) {
      draft.problems.push({
        code: 'required',
        pointer: '/record_type',
        message: `A ${object.label} needs a record type.`,
      });
    }
    return;
  }
  const options = object.recordTypes.find((each) => each.name === draft.recordType)?.body.options ?? {};
  for (const [name, { values }] of Object.entries(options)) {
    const own = object.fields.get(name);
    if (!own || !(isChanged || draft.changes.has(own))) continue;
    const value = draft.data[own.key];
    const chosen: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
    if (chosen.every((each) => typeof each !== 'string' || values.includes(each) || !isOption(own, each)))
      continue;
    draft.problems.push({
      code: 'invalid_option',
      pointer: jsonPointer(name),
      message: `${own.label} has an option that the record type ${draft.recordType} does not offer.`,
      hint: `It offers ${values.join(', ')}.`,
    });
  }
}

/** What is no option at all was reported as such already. */
function isOption(field: CompiledField, value: string): boolean {
  return field.options.some((option) => option.value === value);
}
