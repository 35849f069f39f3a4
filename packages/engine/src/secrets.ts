/**
 * Secrets on their way into records, and out of them for the platform's own use. Whatever leaves the save (history,
 * outbox, answer) has `{is_set: true}` in place of a secret; what is stored is sealed.
 */
import { jsonPointer } from '@trellis/metadata';
import { ALWAYS, type CompiledField, type CompiledObject, isSecretKept, SECRET_IS_SET } from '@trellis/model';
import { type Draft, toError, unknownRecord } from './draft.ts';
import { placeOfValue } from './encrypted-values.ts';
import type { InputError, SecretDirectory } from './engine.ts';
import { EngineError } from './errors.ts';
import { addJob } from './jobs/job-lifecycle.ts';
import { resealRequest } from './jobs/reseal.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { requireOwnEyes } from './view-as.ts';
import { requireRight, withPinned } from './with-pinned.ts';

/** Step 4: what was sent back as it was read stays as it is. */
export function keepSecrets(draft: Draft): void {
  for (const [field, { before, after }] of draft.changes) {
    if (!field.type.isSecret || !isSecretKept(after)) continue;
    draft.changes.delete(field);
    if (before !== null) draft.data[field.key] = before;
    else {
      delete draft.data[field.key];
      draft.problems.push({
        code: 'required',
        pointer: jsonPointer(field.name),
        message: `${field.label} has no value that could be kept.`,
      });
    }
  }
}

/** Step 5: a secret can be kept only where there is a key. */
export function checkSecrets(parts: Parts, draft: Draft): void {
  if (parts.secrets) return;
  for (const [field, { after }] of draft.changes) {
    if (!field.type.isSecret || after === null) continue;
    draft.problems.push(noSecretKey(jsonPointer(field.name)));
  }
}

/** What is said where a value has to be sealed and there is no key. */
export function noSecretKey(pointer: string): InputError {
  const message = 'This installation has no key to keep secrets with.';
  return { code: 'no_secret_key', pointer, message, hint: 'Set TRELLIS_SECRET_KEY.' };
}

/** Step 6: before the write, secrets are sealed, and nothing of them is left in what the write tells. */
export function sealSecrets(parts: Parts, pinned: Pinned, object: CompiledObject, draft: Draft): void {
  for (const [field, { before, after }] of draft.changes) {
    if (!field.type.isSecret) continue;
    const told = (value: unknown) => (value === null ? null : SECRET_IS_SET);
    if (typeof after === 'string') {
      draft.data[field.key] = {
        sealed: parts.secrets!.seal(after, placeOf(pinned, object, draft.id, field)),
      };
    }
    draft.changes.set(field, { before: told(before), after: told(after) });
  }
}

export function createSecretDirectory(parts: Parts): SecretDirectory {
  return {
    reseal: async (context) => {
      await requireRight(parts, context, 'customise');
      requireOwnEyes(context);
      if (!parts.secrets)
        throw new EngineError('invalid_input', 'There is no key to seal with: set TRELLIS_SECRET_KEY.');
      return addJob(parts, context, resealRequest());
    },
    reveal: (context, request) =>
      withPinned(parts, context, async (pinned) => {
        const object = pinned.requireObject(request.object, 'read');
        const field = object.fields.get(request.field);
        if (!field?.type.isSecret) {
          throw new EngineError('invalid_input', `\`${request.field}\` is no secret.`);
        }
        const [record] = await parts.storage.records.loadForWrite(pinned.snapshot, {
          object,
          ids: [request.id],
          visible: ALWAYS,
          allowed: ALWAYS,
          deleted: 'live',
          context: pinned.expressionContext,
        });
        if (!record) throw toError(unknownRecord());
        const stored = record.data[field.key] as { readonly sealed?: string } | undefined;
        if (stored?.sealed === undefined) return null;
        parts.log.info('A secret was read by the platform.', {
          object: object.name,
          field: field.name,
          record: request.id,
          reason: context.reason,
        });
        if (!parts.secrets) throw new Error('There is no key to open secrets with.');
        return parts.secrets.open(stored.sealed, placeOf(pinned, object, request.id, field));
      }),
  };
}

function placeOf(pinned: Pinned, object: CompiledObject, id: string, field: CompiledField): string {
  return placeOfValue(pinned.context.workspace.id, object, id, field);
}
