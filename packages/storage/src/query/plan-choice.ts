/**
 * Whether a statement runs by one plan for all values or is planned for its values each time. Planning a page of an
 * object with many indexes takes longer than reading it, so a statement that is narrowed by an equality tries one
 * plan, and keeps it while that is no slower than planning was; every so often it is planned for its values again,
 * to have something to compare with.
 */
import type { Planning, PlanPolicy } from '../connections.ts';
import type { Condition, FieldTerm } from './shape.ts';

/** Runs that are planned for their values before one plan is tried. */
const FIRST_RUNS = 6;
/** Of so many runs one is planned for its values, to go on comparing. */
const SAMPLE = 32;
/** Samples after which the means are compared, and begun anew: only what ran at the same time is comparable. */
const SAMPLES = 8;
const FIRST_PAUSE = 250;
const MAX_PAUSE = 100_000;
/** On a busy machine anything takes 100 ms now and then. */
const DISASTER_MILLISECONDS = 500;
const DISASTER_FACTOR = 50;

/** For statements whose best plan hangs on the values. */
export const PLANNED_EACH_TIME: PlanPolicy = always('each_time');
/** For those that no plan for any values may serve; being prepared all the same saves reading their text each time. */
export const PLANNED_FOR_VALUES: PlanPolicy = always('for_values');
/** For those that one plan serves whatever the values. */
export const PLANNED_ONCE: PlanPolicy = always('once');

function always(planning: Planning): PlanPolicy {
  return { always: planning, next: () => planning, report: () => undefined };
}

export class TriedPlan implements PlanPolicy {
  #runs = 0;
  #pause = FIRST_RUNS;
  #nextPause = FIRST_PAUSE;
  readonly #once = new Mean();
  readonly #eachTime = new Mean();
  #disasters = 0;

  next(): Planning {
    if (this.#pause > 0) {
      this.#pause--;
      return 'each_time';
    }
    return ++this.#runs % SAMPLE === 0 ? 'each_time' : 'once';
  }

  /** When one plan turns out slower, in the mean or grossly, its trial ends for a while, each time for longer. */
  report(planning: Planning, milliseconds: number): void {
    const mean = planning === 'once' ? this.#once : this.#eachTime;
    mean.add(milliseconds);
    const usual = this.#eachTime.value;
    // Twice, because a machine that is busy elsewhere can make anything slow.
    const isDisaster =
      planning === 'once' && milliseconds > Math.max(DISASTER_MILLISECONDS, usual * DISASTER_FACTOR);
    if (isDisaster && ++this.#disasters > 1) this.#giveUp();
    else if (this.#eachTime.count >= SAMPLES) {
      if (this.#once.value > usual * 2 + 1) this.#giveUp();
      else this.#compareAnew();
    }
  }

  #giveUp(): void {
    this.#pause = this.#nextPause;
    this.#nextPause = Math.min(this.#nextPause * 2, MAX_PAUSE);
    this.#compareAnew();
  }

  #compareAnew(): void {
    this.#once.clear();
    this.#eachTime.clear();
    this.#disasters = 0;
  }
}

class Mean {
  count = 0;
  value = 0;

  add(value: number): void {
    this.count++;
    this.value += (value - this.value) / this.count;
  }

  clear(): void {
    this.count = 0;
    this.value = 0;
  }
}

export interface StatementPlan {
  /** Undefined: any plan does. */
  readonly plans: PlanPolicy | undefined;
  readonly isNameable: boolean;
}

/** Of a record that is found by its id. */
export const ANY_PLAN: StatementPlan = { plans: undefined, isNameable: true };

/** How statements with this condition are to be planned. */
export function planFor(condition: Condition, isColumn: (field: FieldTerm) => boolean): StatementPlan {
  // A plan for any text at all reads the newest first: slow for a rare text.
  if (hasTextSearch(condition)) return { plans: PLANNED_FOR_VALUES, isNameable: true };
  const equal = equalities(condition);
  if (equal.some((field) => field.path.through.length === 0 && field.path.field.systemColumn === 'id')) {
    return ANY_PLAN;
  }
  return { plans: equal.some(isColumn) ? new TriedPlan() : PLANNED_EACH_TIME, isNameable: true };
}

/** Fields that must equal a value, whatever else holds. */
export function equalities(condition: Condition): readonly FieldTerm[] {
  if (condition.is === 'and') return condition.args.flatMap(equalities);
  const isEquality =
    condition.is === 'compare' && condition.operator === '==' && condition.right.is === 'value';
  return isEquality ? [condition.left] : [];
}

function hasTextSearch(condition: Condition): boolean {
  switch (condition.is) {
    case 'and':
    case 'or':
      return condition.args.some(hasTextSearch);
    case 'not':
      return hasTextSearch(condition.arg);
    case 'like':
    case 'searched':
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return true;
    default:
      return false;
  }
}
