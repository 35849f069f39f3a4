/**
 * Remembers which questions took long, or were refused: the object, the fields, how often and how long, and no value. It
 * costs a question that is fast two looks at the clock; what was slow is kept in memory and written every few seconds,
 * a bounded number of rows for each workspace.
 */
import type { CompiledObject, Expression, FieldPath } from '@trellis/model';
import { pathsOfExpression } from '@trellis/model';
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { SlowQuestion, Snapshot, Workspace } from '../storage.ts';
import { type Asked, conjuncts } from './served.ts';

export const SLOW_MILLISECONDS = 300;
const FLUSH_MILLISECONDS = 5_000;
const MOST = 200;
/** Fields beyond these make no index better. */
const MOST_PATHS = 20;

interface Noted {
  readonly workspace: Workspace;
  readonly objectKey: string;
  readonly equal: readonly string[];
  readonly other: readonly string[];
  readonly sort: readonly string[];
  runs: number;
  refusals: number;
  total: number;
  most: number;
  records: number;
}

export class SlowQuestions {
  readonly #connections: Connections;
  readonly #log: (message: string, details?: unknown) => void;
  readonly milliseconds: number;
  #noted = new Map<string, Noted>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    connections: Connections,
    log: (message: string, details?: unknown) => void,
    milliseconds = SLOW_MILLISECONDS,
  ) {
    this.#connections = connections;
    this.#log = log;
    this.milliseconds = milliseconds;
  }

  /** `milliseconds` undefined: it was refused. */
  note(
    { workspace }: Snapshot,
    object: CompiledObject,
    asked: Asked,
    told: { readonly milliseconds: number | undefined; readonly records: number },
  ): void {
    const { equal, other } = pathsOf(asked.filter);
    const values = (asked.values ?? []).flatMap(textOf).filter((text) => !equal.includes(text));
    const others = [...new Set([...other, ...values])].sort().slice(0, MOST_PATHS);
    const sort = (asked.sort ?? [])
      .flatMap(({ path, descending }) => textOf(path).map((text) => (descending ? `-${text}` : text)))
      .filter((text) => text !== 'id' && text !== '-id');
    const key = JSON.stringify([workspace.id, object.key, equal, others, sort]);
    let noted = this.#noted.get(key);
    if (!noted) {
      if (this.#noted.size >= MOST) return;
      const paths = { equal, other: others, sort };
      noted = {
        workspace,
        objectKey: object.key,
        ...paths,
        runs: 0,
        refusals: 0,
        total: 0,
        most: 0,
        records: 0,
      };
      this.#noted.set(key, noted);
    }
    if (told.milliseconds === undefined) noted.refusals++;
    else {
      noted.runs++;
      noted.total += told.milliseconds;
      noted.most = Math.max(noted.most, told.milliseconds);
    }
    noted.records = told.records;
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MILLISECONDS).unref();
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const noted = [...this.#noted.values()];
    this.#noted = new Map();
    for (const [workspace, rows] of Map.groupBy(noted, (each) => each.workspace)) {
      try {
        await this.#write(workspace, rows);
      } catch (error) {
        this.#log('What was slow could not be written down.', error);
      }
    }
  }

  async list({ schema }: Workspace): Promise<readonly SlowQuestion[]> {
    await this.flush();
    return this.#connections.readRows<SlowQuestion>(
      `select object_key as "objectKey", equal_paths as equal, other_paths as other, sort_paths as sort, runs, refusals,
              total_milliseconds as "totalMilliseconds", most_milliseconds as "mostMilliseconds", records,
              last_at as "lastAt"
         from ${identifier(schema, '_slow_question').text}
        where dismissed_at is null or dismissed_at < now() - interval '30 days'
        order by total_milliseconds desc, object_key, equal_paths, other_paths, sort_paths`,
    );
  }

  /** Is not told of again for a month. */
  async dismiss({ schema }: Workspace, questions: readonly SlowQuestion[]): Promise<void> {
    for (const { objectKey, equal, other, sort } of questions) {
      await this.#connections.rows(
        `update ${identifier(schema, '_slow_question').text} set dismissed_at = now()
          where object_key = $1 and equal_paths = $2 and other_paths = $3 and sort_paths = $4`,
        [objectKey, [...equal], [...other], [...sort]],
      );
    }
  }

  async #write({ schema }: Workspace, noted: readonly Noted[]): Promise<void> {
    const table = identifier(schema, '_slow_question').text;
    const rows = noted
      .map(({ objectKey, equal, other, sort, runs, refusals, total, most, records }) => {
        const milliseconds = { total: Math.round(total), most: Math.round(most) };
        return {
          objectKey,
          equal,
          other,
          sort,
          runs,
          refusals,
          ...milliseconds,
          records: Math.round(records),
        };
      })
      // Two processes that write the same rows take them in one order.
      .sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
    await this.#connections.rows(
      `insert into ${table} as s (object_key, equal_paths, other_paths, sort_paths, runs, refusals, total_milliseconds,
                                  most_milliseconds, records, first_at, last_at)
       select r."objectKey", r.equal, r.other, r.sort, r.runs, r.refusals, r.total, r.most, r.records, now(), now()
         from jsonb_to_recordset($1::jsonb) as r("objectKey" text, equal text[], other text[], sort text[], runs bigint,
              refusals bigint, total bigint, most int, records bigint)
       on conflict (object_key, equal_paths, other_paths, sort_paths) do update set runs = s.runs + excluded.runs,
         refusals = s.refusals + excluded.refusals, records = excluded.records, last_at = excluded.last_at,
         total_milliseconds = s.total_milliseconds + excluded.total_milliseconds,
         most_milliseconds = greatest(s.most_milliseconds, excluded.most_milliseconds)`,
      [JSON.stringify(rows)],
    );
    await this.#connections.rows(
      `delete from ${table} where ctid in (select ctid from ${table} order by last_at desc offset $1)`,
      [MOST],
    );
  }
}

function pathsOf(filter: Expression | undefined): {
  readonly equal: readonly string[];
  readonly other: readonly string[];
} {
  const equal = new Set<string>();
  const other = new Set<string>();
  for (const condition of filter ? conjuncts(filter) : []) {
    const isEqual = condition.op === '==' || (condition.op === 'in' && condition.list.length === 1);
    for (const path of pathsOfExpression(condition))
      for (const text of textOf(path)) (isEqual ? equal : other).add(text);
  }
  const sorted = (paths: Iterable<string>) => [...paths].sort().slice(0, MOST_PATHS);
  return { equal: sorted(equal), other: sorted([...other].filter((text) => !equal.has(text))) };
}

/** A question to related records has values in its text: it is left out. */
function textOf(path: FieldPath): readonly string[] {
  return path.field.question ? [] : [path.text];
}
