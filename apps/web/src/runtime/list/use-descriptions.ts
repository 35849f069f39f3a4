import { useQueries } from '@tanstack/react-query';
import type { ObjectDescription } from '@trellis/forms';
import { useMemo } from 'react';
import { objectQuery } from '../../api.ts';

const NO_OTHERS: readonly string[] = [];

/**
 * Descriptions of the objects that paths such as `account.industry` go through; one lookup deep is what views use.
 * Those of `others` come with them.
 */
export function useDescriptionsFor(
  description: ObjectDescription,
  paths: readonly string[],
  others: readonly string[] = NO_OTHERS,
): (name: string) => ObjectDescription | undefined {
  const names = useMemo(() => {
    const targets = paths.flatMap((path) => {
      const [first, ...rest] = path.split('.');
      if (rest.length === 0) return [];
      const field = description.fields.find((each) => each.name === first);
      return field === undefined || field.is_polymorphic ? [] : field.targets.slice(0, 1);
    });
    return [...new Set([...targets, ...others])].filter((name) => name !== description.name);
  }, [description, paths, others]);
  return useQueries({
    queries: names.map((name) => objectQuery(name)),
    combine: (results) => {
      const known = new Map(
        results.flatMap((result) =>
          result.data === undefined ? [] : [[result.data.name, result.data] as const],
        ),
      );
      known.set(description.name, description);
      return (name: string) => known.get(name);
    },
  });
}
