/**
 * From entries as they shall be to a plan: compiles, places every problem where its author can find it, and says what
 * a publish would do to the database and to records. Reads only.
 */
import { componentId, hasErrors, type Problem } from '@trellis/metadata';
import { type CompileResult, compile, findDependents, type Model } from '@trellis/model';
import type { ChangeSet } from '@trellis/storage';
import { findTypeChanges, previewTypeChange, type TypeChange } from './conversions.ts';
import { type DerivedChange, deriveChange } from './derive-change.ts';
import type { ConversionPlan, Plan } from './engine.ts';
import type { Entry } from './merge-change-set.ts';
import type { Parts } from './parts.ts';
import { findMisfits } from './plan-misfits.ts';
import { planTrees } from './plan-trees.ts';
import { planUniqueness } from './plan-uniqueness.ts';
import type { LoadedMetadata } from './snapshot-cache.ts';

export interface PlannedChange {
  readonly base: LoadedMetadata;
  readonly change: DerivedChange;
  readonly entries: readonly Entry[];
  readonly after: Model | undefined;
  /** What the compiler says of the entries, all of it. */
  readonly compiled: CompileResult;
  readonly typeChanges: readonly TypeChange[];
  readonly plan: Plan;
  readonly problems: readonly Problem[];
  /** Where each component that the request writes or deletes stands in it. */
  readonly pointers: ReadonlyMap<string, string>;
}

export interface PlanInput {
  readonly base: LoadedMetadata;
  readonly entries: readonly Entry[];
  /** Where each component of the request stands in it. */
  readonly pointers: ReadonlyMap<string, string>;
  /** The same of those that it deletes. */
  readonly deletions?: ReadonlyMap<string, string>;
  /** Found while parsing and merging. */
  readonly problems: readonly Problem[];
  /** Components that could not be parsed: what others say about them would be noise. */
  readonly hasUnparsed: boolean;
}

export async function planChange(parts: Parts, input: PlanInput): Promise<PlannedChange> {
  const { base, entries } = input;
  const change = deriveChange(base.stored.components, entries);
  const compiled = compile(entries);
  // What changes nothing is not to blame for what is stored: a server must start with a view that it finds at fault.
  const isBlameless = (problem: Problem) => change.isEmpty && problem.severity === 'error';
  const found = input.hasUnparsed
    ? []
    : compiled.problems.filter((problem) => !isBlameless(problem) && isNews(problem, base, input.pointers));
  const problems = [
    ...input.problems,
    ...found.map((problem) => placeProblem(problem, input.pointers)),
    ...(input.hasUnparsed ? [] : explainDeletions(compiled.problems, change, input)),
  ];
  const { snapshot } = base;
  const after = hasErrors(problems) ? undefined : (compiled.model ?? snapshot.model);
  const typeChanges = after ? findTypeChanges(base, after, entries) : [];
  const conversions: ConversionPlan[] = [];
  for (const each of typeChanges) conversions.push(await previewTypeChange(parts, snapshot, each));
  const uniqueness =
    after && (await planUniqueness(parts, base, { after, entries, conversions, pointers: input.pointers }));
  const trees = after && (await planTrees(parts, base, { after, entries, pointers: input.pointers }));
  problems.push(...(uniqueness?.problems ?? []), ...(trees?.problems ?? []));
  const plan: Plan = {
    revision: snapshot.revision,
    components: change.planned,
    storage: after && !change.isEmpty ? await parts.storage.metadata.planStorage(snapshot, after) : [],
    affectedRecords: await countAffected(parts, base, change),
    duplicates: uniqueness?.duplicates ?? [],
    conversions: conversions.filter((each) => each.total > 0),
    misfits: [
      ...(trees?.misfits ?? []),
      ...(after && !change.isEmpty
        ? await findMisfits(parts, snapshot, { after, planned: change.planned })
        : []),
    ],
    irreversible: [],
    access: undefined,
  };
  return {
    base,
    change,
    entries,
    after,
    compiled,
    typeChanges,
    plan: {
      ...plan,
      irreversible: plan.storage
        .filter((step) => step.kind === 'drop_table_later')
        .map((step) => step.description),
    },
    problems,
    pointers: new Map([...input.pointers, ...(input.deletions ?? [])]),
  };
}

/** All errors, and those warnings that concern what the request wrote: others were seen when they were new. */
function isNews(problem: Problem, base: LoadedMetadata, pointers: PlanInput['pointers']): boolean {
  if (problem.severity === 'error') return true;
  if (problem.component && pointers.has(componentId(problem.component))) return true;
  return !base.problems.some(
    (known) =>
      known.code === problem.code &&
      known.pointer === problem.pointer &&
      known.component?.kind === problem.component?.kind &&
      known.component?.name === problem.component?.name,
  );
}

function placeProblem(problem: Problem, pointers: PlanInput['pointers']): Problem {
  const pointer = problem.component && pointers.get(componentId(problem.component));
  return pointer === undefined ? problem : { ...problem, pointer: pointer + problem.pointer };
}

/** Says of each deletion that breaks something who still needs what is deleted. */
function explainDeletions(
  compiled: readonly Problem[],
  change: DerivedChange,
  { base, deletions }: PlanInput,
): Problem[] {
  const broken = new Set(
    compiled.flatMap((problem) =>
      problem.severity === 'error' && problem.component ? [componentId(problem.component)] : [],
    ),
  );
  if (broken.size === 0) return [];
  return change.forward.deletions.flatMap(({ kind, name }) => {
    const dependents = new Set(
      findDependents(base.snapshot.model, { kind, name })
        .map((reference) => reference.from)
        .filter((id) => broken.has(id)),
    );
    if (dependents.size === 0) return [];
    const names = [...dependents].map((id) => id.replace(':', ' '));
    return [
      {
        code: 'has_dependents',
        severity: 'error' as const,
        pointer: deletions?.get(componentId({ kind, name })) ?? '',
        message: `The ${kind} ${name} is still used by ${names.slice(0, 10).join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}.`,
        hint: 'Change or delete these in the same change set.',
        component: { kind, name },
      },
    ];
  });
}

/** Live records of the objects that lose or change a field, or go. */
async function countAffected(
  parts: Parts,
  base: LoadedMetadata,
  change: DerivedChange,
): Promise<Plan['affectedRecords']> {
  const touched = new Set<string>();
  for (const { kind, name, change: what } of change.planned) {
    if (what === 'add') continue;
    if (kind === 'object' && what === 'remove') touched.add(name);
    if (kind === 'field')
      touched.add(oldObjectName(name.slice(0, name.indexOf('.')), change.forward.renames));
  }
  const objects = [...touched].flatMap((name) => base.snapshot.model.objects.get(name) ?? []);
  if (objects.length === 0) return [];
  const counts = await parts.storage.metadata.countRecords(
    base.snapshot.workspace,
    objects.map((object) => object.key),
  );
  return objects.map((object) => ({ object: object.name, count: counts.get(object.key) ?? 0 }));
}

function oldObjectName(name: string, renames: ChangeSet['renames']): string {
  return renames.find((rename) => rename.kind === 'object' && rename.to === name)?.from ?? name;
}
