/**
 * The values behind the lookups of a form that its rules read, asked for when a lookup is chosen, with what this person
 * may read. What the server doesn't tell is left out: the rules that need it are the server's to judge.
 */
import { useQueries } from '@tanstack/react-query';
import type { ObjectDescription } from '@trellis/forms';
import { type JsonValue, type PortableExpression, stepInto } from '@trellis/model';
import type { Values } from '@trellis/rules';
import { useMemo } from 'react';
import { client, keys } from '../../api.ts';

type Reads = PortableExpression['reads'];

export function useRelatedValues(
  description: ObjectDescription,
  reads: Reads,
  record: Readonly<Record<string, unknown>>,
): Values {
  const lookups = useMemo(() => [...new Set(reads.map((each) => each.lookup))], [reads]);
  const questions = lookups.map((lookup) => {
    const target = targetOf(description, lookup, record[lookup]);
    const paths = reads.filter((each) => each.lookup === lookup);
    const fields = [...new Set(paths.map((each) => each.path))].sort();
    return { lookup, target, paths, fields };
  });
  const answers = useQueries({
    queries: questions.map(({ target, fields }) => ({
      queryKey: [...keys.record(target?.object ?? '', target?.id ?? ''), 'for-rules', fields],
      queryFn: () => client.get(target!.object, target!.id, fields),
      enabled: target !== undefined,
      retry: false,
    })),
  });
  const values: Record<string, JsonValue> = {};
  for (const [index, { lookup, target, paths }] of questions.entries()) {
    const answer = answers[index]?.data;
    for (const { text, path } of paths) {
      if (isBlankLookup(record[lookup])) values[text] = null;
      else if (target !== undefined && answer !== undefined) {
        const value = readPath(answer, path);
        if (value !== undefined) values[text] = value;
      }
    }
  }
  // The same values give the same object, so that what is worked out from it is kept.
  const key = JSON.stringify(values);
  return useMemo(() => JSON.parse(key) as Values, [key]);
}

function isBlankLookup(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

/** The record that a lookup's value means; undefined where it is blank, or in which of several objects it is unknown. */
function targetOf(
  description: ObjectDescription,
  lookup: string,
  value: unknown,
): { readonly object: string; readonly id: string } | undefined {
  const field = description.fields.find((each) => each.name === lookup);
  const given = typeof value === 'object' && value !== null ? value : { id: value };
  const { object = field?.targets[0], id } = given as { object?: string; id?: unknown };
  return typeof id === 'string' && object !== undefined ? { object, id } : undefined;
}

/** The value at a path; undefined where a record on the way, though there, may be out of this person's sight. */
function readPath(record: Readonly<Record<string, unknown>>, path: string): JsonValue | undefined {
  let value: unknown = record;
  let passesRecord = false;
  for (const segment of path.split('.')) {
    passesRecord ||= value !== record && typeof stepInto(value, 'id') === 'string';
    value = stepInto(value, segment);
  }
  // Of a record that one can't see the id is told, and blanks.
  return (value ?? (passesRecord ? undefined : null)) as JsonValue | undefined;
}
