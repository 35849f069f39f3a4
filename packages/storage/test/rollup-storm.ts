/**
 * Writers that storm a workspace of `rollup-fixture.ts` at random: creations, changes, moves to another parent,
 * deletions and returns, alone, in batches and in transactions of several statements. Run as a program it storms until
 * it is killed:
 *
 *     node rollup-storm.ts <connection string> <seed>
 */
import { randomUUID as makeId } from 'node:crypto';
import { ALWAYS, type RecordData } from '@trellis/model';

import { createStorage } from '../src/create-storage.ts';
import type { Snapshot, Storage, Transaction, WriteTargets } from '../src/storage.ts';
import { CONTEXT, loadSnapshot, objectNamed, origin, SYSTEM } from './fixture.ts';

/** A generator of numbers in [0, 1) that gives the same ones for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Known {
  readonly id: string;
  version: number;
  isDeleted: boolean;
}

export class Storm {
  readonly #storage: Storage;
  readonly #snapshot: Snapshot;
  readonly #random: () => number;
  /** Shared by all writers, so that they meet on the same records. */
  readonly #known: Map<string, Known[]>;

  constructor(storage: Storage, snapshot: Snapshot, seed: number, known: Map<string, Known[]> = new Map()) {
    this.#storage = storage;
    this.#snapshot = snapshot;
    this.#random = randomFrom(seed);
    this.#known = known;
  }

  /** One writer's work of so many steps. A write that lost a race has not happened; any other fault is thrown. */
  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      if (this.#random() >= 0.2) {
        await this.#step();
        continue;
      }
      await this.#createFamily();
    }
  }

  /** A parent with its records in one transaction of several statements. They tie to nothing that others hold. */
  async #createFamily(): Promise<void> {
    const made = new Map<string, Known[]>();
    await this.#storage.transaction(async (transaction) => {
      made.clear();
      const accounts = (await this.#create('account', transaction, {}))[1];
      const account = accounts[0]!.id;
      const deals = (await this.#create('deal', transaction, { account }))[1];
      const bills = (await this.#create('bill', transaction, { account }))[1];
      const tasks = (
        await this.#create('task', transaction, { about: { object: 'deal', id: deals[0]!.id } })
      )[1];
      made.set('account', accounts).set('deal', deals).set('bill', bills).set('task', tasks);
    });
    for (const [name, records] of made) this.#recordsOf(name).push(...records);
  }

  async #step(): Promise<void> {
    const name = this.#pick([
      'region',
      'account',
      'account',
      'deal',
      'deal',
      'deal',
      'bill',
      'bill',
      'task',
      'person',
      'member',
    ])!;
    const records = this.#recordsOf(name);
    const chance = this.#random();
    if (records.length < 3 || (chance < 0.35 && records.length < (name === 'account' ? 8 : 60))) {
      const [known, made] = await this.#create(name, undefined);
      known.push(...made);
    } else if (chance < 0.75) await this.#update(name, records);
    else await this.#move(name, records);
  }

  #recordsOf(name: string): Known[] {
    const records = this.#known.get(name) ?? [];
    this.#known.set(name, records);
    return records;
  }

  /** Nobody may know of what is made before it is committed. */
  async #create(
    name: string,
    transaction: Transaction | undefined,
    ties?: RecordData,
  ): Promise<[Known[], Known[]]> {
    const count = this.#random() < 0.15 ? 1 + Math.floor(this.#random() * 40) : 1;
    const rows = Array.from({ length: count }, () => ({
      id: makeId(),
      ownerId: SYSTEM,
      recordType: null,
      data: ties ? { ...withoutTies(this.#data(name)), ...ties } : this.#data(name),
    }));
    const object = objectNamed(this.#snapshot, name);
    // A family's own ids are held by the transaction that has just made them.
    const targets = ties ? undefined : this.#targets(rows);
    const { records: store } = this.#storage;
    const written = await store.insert(this.#snapshot, object, rows, origin(), transaction, targets);
    return [this.#recordsOf(name), written.map(({ id }) => ({ id, version: 1, isDeleted: false }))];
  }

  async #update(name: string, records: readonly Known[]): Promise<void> {
    const chosen = this.#choose(records, (each) => !each.isDeleted);
    if (chosen.length === 0) return;
    const object = objectNamed(this.#snapshot, name);
    await this.#locked(name, chosen, async (transaction) => {
      const rows = chosen.map(({ id, version }) => ({
        id,
        version,
        ownerId: SYSTEM,
        recordType: null,
        data: this.#data(name),
        difference: {},
      }));
      const { records: store } = this.#storage;
      const targets = this.#targets(rows);
      this.#learn(await store.update(this.#snapshot, object, rows, origin(), transaction, targets), chosen);
    });
  }

  async #move(name: string, records: readonly Known[]): Promise<void> {
    const isDeleted = this.#random() < 0.5;
    const chosen = this.#choose(records, (each) => each.isDeleted === isDeleted);
    if (chosen.length === 0) return;
    const object = objectNamed(this.#snapshot, name);
    await this.#locked(name, chosen, async (transaction) => {
      const rows = chosen.map(({ id, version }) => ({ id, version }));
      const { records: store } = this.#storage;
      const written = isDeleted
        ? await store.restore(this.#snapshot, object, rows, origin(), transaction)
        : await store.remove(this.#snapshot, object, rows, makeId(), origin(), transaction);
      this.#learn(written, chosen);
      for (const each of chosen) if (written.some(({ id }) => id === each.id)) each.isDeleted = !isDeleted;
    });
  }

  /** What the rows point to, for storage to hold in the order of the ids, as the engine gives it. */
  #targets(rows: readonly { readonly data: RecordData }[]): WriteTargets {
    const targets = ['region', 'account', 'person'].flatMap((name) => {
      const ids = new Set(rows.flatMap(({ data }) => (typeof data[name] === 'string' ? [data[name]] : [])));
      const among = [{ object: objectNamed(this.#snapshot, name), visible: ALWAYS }];
      return ids.size === 0 ? [] : [{ ids: [...ids], among, isHeld: true }];
    });
    return { targets, context: { userId: SYSTEM, now: origin().at, timeZone: 'UTC' } };
  }

  /** Several records are locked in the order of their ids first, as the engine does. */
  async #locked(
    name: string,
    chosen: readonly Known[],
    work: (transaction: Transaction | undefined) => Promise<void>,
  ): Promise<void> {
    if (chosen.length === 1) return work(undefined);
    await this.#storage.transaction(async (transaction) => {
      const request = {
        object: objectNamed(this.#snapshot, name),
        ids: chosen.map(({ id }) => id),
        visible: ALWAYS,
        allowed: ALWAYS,
        deleted: 'both',
        context: CONTEXT,
      } as const;
      await this.#storage.records.loadForWrite(this.#snapshot, request, transaction);
      await work(transaction);
    });
  }

  /** In the order of their ids, as the engine locks what it changes. */
  #choose(records: readonly Known[], isMeant: (known: Known) => boolean): Known[] {
    const count = this.#random() < 0.2 ? 10 : 1;
    const chosen = new Set<Known>();
    for (let each = 0; each < count; each++) {
      const known = this.#pick(records);
      if (known && isMeant(known)) chosen.add(known);
    }
    return [...chosen].sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  #learn(written: readonly { id: string; version: number }[], chosen: readonly Known[]): void {
    for (const { id, version } of written) {
      const known = chosen.find((each) => each.id === id);
      if (known) known.version = version;
    }
  }

  #data(name: string): RecordData {
    const amount = Math.floor(this.#random() * 1000) / 10;
    const target = (object: string) => this.#pick(this.#known.get(object) ?? [])?.id ?? null;
    const parent = (field: string, object: string) => ({
      [field]: this.#random() < 0.9 ? target(object) : null,
    });
    const isOpen = this.#random() < 0.5;
    switch (name) {
      case 'account':
        return { name, grade: Math.floor(this.#random() * 4), ...parent('region', 'region') };
      case 'deal':
        return {
          name,
          amount,
          is_open: isOpen,
          close_date: `2026-0${1 + Math.floor(this.#random() * 9)}-11`,
          ...parent('account', 'account'),
        };
      case 'bill':
        return {
          name,
          amount: this.#random() < 0.8 ? Math.floor(this.#random() * 1000 - 300) / 10 : null,
          is_open: isOpen,
          billed_on: this.#random() < 0.8 ? `2026-0${1 + Math.floor(this.#random() * 9)}-11` : null,
          ...parent('account', 'account'),
        };
      case 'task': {
        const object = this.#random() < 0.5 ? 'account' : 'deal';
        const id = target(object);
        return { name, is_open: isOpen, about: id === null ? null : { object, id } };
      }
      case 'person':
        return { name, score: Math.floor(this.#random() * 30) };
      case 'member':
        return { name, ...parent('account', 'account'), ...parent('person', 'person') };
      case 'region':
        return { name, rank: Math.floor(this.#random() * 3) };
      default:
        return { name };
    }
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }
}

function withoutTies({ region: _region, account: _account, about: _about, ...data }: RecordData): RecordData {
  return data;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const storage = await createStorage({ connectionString: process.argv[2]! });
  const workspace = (await storage.workspaces.find('main'))!;
  const snapshot = await loadSnapshot(storage, workspace);
  const known = new Map<string, Known[]>();
  const writers = [0, 1, 2, 3].map(
    (writer) => new Storm(storage, snapshot, Number(process.argv[3]) + writer, known),
  );
  process.stdout.write('storming\n');
  await Promise.all(writers.map((writer) => writer.run(1_000_000)));
}
