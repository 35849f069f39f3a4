/** On a list that was slow, for who may customise: the index that would help. Nothing at all on any other. */
import { useQuery } from '@tanstack/react-query';
import type { ObjectDescription } from '@trellis/forms';
import { client } from '../api.ts';
import classes from './AdviceCard.module.css';
import { AdviceCard } from './AdviceCard.tsx';
import { ADVICE_KEY } from './apply-advice.ts';

interface ListAdviceProps {
  readonly description: ObjectDescription;
  readonly filter: unknown;
  readonly sort: readonly string[];
}

export function ListAdvice({ description, filter, sort }: ListAdviceProps) {
  const { data } = useQuery({
    queryKey: ADVICE_KEY,
    queryFn: () => client.advice(),
    staleTime: 5 * 60_000,
    retry: false,
  });
  const asked = new Set([...variablesOf(filter), ...sort.map((key) => key.replace(/^-/, ''))]);
  const advice = data?.advice.find(
    (each) => each.object === description.name && each.paths.every((path) => asked.has(path)),
  );
  if (!advice) return null;
  const labels = new Map(description.fields.map((field) => [field.name, field.label]));
  return (
    <div className={classes.onList}>
      <AdviceCard advice={advice} labelOf={(name) => labels.get(name) ?? name} isOnList />
    </div>
  );
}

/** `{"==": [{"var": "stage"}, "won"]}` → `stage` */
function variablesOf(logic: unknown): readonly string[] {
  if (typeof logic !== 'object' || logic === null) return [];
  if (Array.isArray(logic)) return logic.flatMap(variablesOf);
  return Object.entries(logic).flatMap(([key, value]) =>
    key === 'var' && typeof value === 'string' ? [value] : variablesOf(value),
  );
}
