/** The rules of a form as it is filled in: what they show, ask and find; options that no longer fit; computed defaults. */
import { type FormRules, isBlank, type ObjectDescription, wireValues } from '@trellis/forms';
import type { JsonValue } from '@trellis/model';
import type { Values } from '@trellis/rules';
import { useMemo, useRef } from 'react';
import type { FormData } from '../form-validator.ts';
import { useConditionContext } from '../use-display.ts';
import { computedDefaults, type Finding, judge, keepOffered, liveFormulas, readsOf } from './live-rules.ts';
import { useRelatedValues } from './use-related-values.ts';

export interface LiveRules {
  /** By path, those of other records too. */
  readonly values: Values;
  readonly rules: FormRules;
  readonly findings: readonly Finding[];
  /** Values of formula fields; undefined where only the server can tell. */
  readonly formulas: ReadonlyMap<string, JsonValue | undefined>;
  /** Fields that were cleared because their option no longer fits, by the field that decides. */
  readonly cleared: ReadonlyMap<string, string>;
  /** What the form's values become when they change: options that no longer fit are cleared. */
  follow(before: FormData, after: FormData, touched: string | undefined): FormData;
  /** The values with the computed defaults of fields that nobody has touched; the same object when none differs. */
  withDefaults(values: FormData): FormData;
}

export function useLiveRules(
  description: ObjectDescription,
  mode: 'create' | 'edit',
  record: FormData,
  current: FormData,
): LiveRules {
  const context = useConditionContext();
  const { fields } = description;
  const reads = useMemo(() => readsOf(description), [description]);
  const related = useRelatedValues(description, reads, current);
  const relatedBefore = useRelatedValues(description, mode === 'edit' ? reads : NO_READS, record);
  const touched = useRef<Set<string>>(undefined);
  touched.current ??= new Set(Object.keys(record).filter((name) => !isBlank(record[name])));
  const cleared = useRef(new Map<string, string>());
  const values = useMemo(
    () => ({ ...wireValues(fields, current), ...related }) as Values,
    [fields, current, related],
  );
  const stored = useMemo(
    () => (mode === 'edit' ? ({ ...wireValues(fields, record), ...relatedBefore } as Values) : undefined),
    [mode, fields, record, relatedBefore],
  );
  const judged = useMemo(
    () => judge(description, { values, stored, context }),
    [description, values, stored, context],
  );
  const formulas = useMemo(
    () => liveFormulas(description, { values, stored, context }),
    [description, values, stored, context],
  );
  // Typing rarely changes what is asked for: the same answer keeps the form's schema as it is.
  const key = JSON.stringify([
    [...judged.rules.hidden],
    [...judged.rules.required],
    [...judged.rules.readOnly],
    Object.keys(description.rules.dependencies).map(
      (name) => values[description.rules.dependencies[name]?.field ?? ''] ?? null,
    ),
  ]);
  const kept = useRef<{ readonly key: string; readonly rules: FormRules }>(undefined);
  if (kept.current?.key !== key) kept.current = { key, rules: judged.rules };
  return {
    values,
    rules: kept.current.rules,
    findings: judged.findings,
    formulas,
    cleared: cleared.current,
    follow(before, after, name) {
      if (name !== undefined) {
        touched.current?.add(name);
        cleared.current.delete(name);
      }
      const [from, to] = [wireValues(fields, before) as Values, wireValues(fields, after) as Values];
      const changes = keepOffered(description, from, to);
      for (const each of changes.keys())
        cleared.current.set(each, description.rules.dependencies[each]?.field ?? '');
      return changes.size === 0 ? after : { ...after, ...Object.fromEntries(changes) };
    },
    withDefaults(next) {
      if (mode !== 'create' || description.rules.defaults.length === 0) return next;
      const state = { values: { ...wireValues(fields, next), ...related } as Values, context };
      const computed = computedDefaults(description, state, (field) => touched.current?.has(field) === true);
      const changes = [...computed].filter(
        ([name, value]) => JSON.stringify(value) !== JSON.stringify(state.values[name] ?? null),
      );
      return changes.length === 0 ? next : { ...next, ...Object.fromEntries(changes) };
    },
  };
}

const NO_READS: ReturnType<typeof readsOf> = [];
