/**
 * For tests only: an in-memory server of the few paths that the demo loader uses. It checks records against the
 * field definitions of package folders, rules included, about as strictly as the real one.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type RuleBody, readPackage } from '@trellis/metadata';
import { type CompiledField, type CompiledObject, checkValue, compile } from '@trellis/model';
import type { DemoClient } from './demo.ts';

export type FakeRecord = Readonly<Record<string, unknown>> & { readonly id: string };

export interface FakeServer extends DemoClient {
  records(object: string): readonly FakeRecord[];
  /** Records written until now. */
  readonly writes: number;
  /** `object.field` of the writable fields that no record has a value for. */
  neverFilled(): string[];
}

export function createFakeServer(
  folders: readonly string[],
  today: string,
  options: { readonly refuses?: readonly string[] } = {},
): FakeServer {
  const components = folders.flatMap((folder) => readFolder(folder));
  const { model, problems } = compile(components.map((component) => ({ component })));
  if (!model) throw new Error(JSON.stringify(problems.filter((problem) => problem.severity === 'error')));
  const rules = components.filter((each) => each.kind === 'rule' && each.body.severity !== 'warning');
  const stores = new Map<string, Map<string, FakeRecord>>();
  const taken = new Set<string>();
  let writes = 0;

  const store = (object: string) => {
    if (!stores.has(object)) stores.set(object, new Map());
    return stores.get(object)!;
  };

  function faultsOf(name: string, record: Readonly<Record<string, unknown>>): string[] {
    const object = model!.objects.get(name);
    if (!object) return [`There is no object ${name}.`];
    const unknown = Object.keys(record).filter((field) => !object.fields.get(field)?.isWritable);
    const type = object.recordTypes.find((each) => each.name === record.record_type);
    const faults = unknown.map((field) => `${field} can't be written.`);
    for (const field of object.fields.values()) {
      const value = record[field.name] ?? null;
      if (value === null) {
        // What is computed is blank where all that it reads is: the fake one computes nothing.
        const isFilled = field.default !== undefined && field.default.kind !== 'computed';
        if (field.isRequired && !isFilled) faults.push(`${field.name} is required.`);
        continue;
      }
      const fault = valueFault(value, field) ?? targetFault(value, field);
      if (fault !== undefined) faults.push(`${field.name}: ${fault}`);
      const offered = type?.body.options?.[field.name]?.values;
      if (offered && !offered.includes(String(value))) faults.push(`${field.name}: not of this record type.`);
      if (taken.has(JSON.stringify([name, field.name, value]))) faults.push(`${field.name} is taken.`);
    }
    const whole = { ...defaultsOf(object), ...record };
    for (const rule of rules) {
      const body = rule.body as RuleBody;
      if (rule.name.startsWith(`${name}.`) && isTrue(body.invalid_when, whole, today))
        faults.push(body.message);
    }
    return faults;
  }

  function targetFault(value: unknown, field: CompiledField): string | undefined {
    if (field.targets.length === 0) return undefined;
    const { object, id } = field.isPolymorphic
      ? (value as { object: string; id: string })
      : { object: '', id: String(value) };
    const objects = field.isPolymorphic ? [object] : field.targets;
    return objects.some((each) => store(each).has(id)) ? undefined : `there is no record ${id}.`;
  }

  function create(object: string, record: Readonly<Record<string, unknown>>): string {
    const id = randomUUID();
    for (const field of model!.objects.get(object)?.ownFields ?? []) {
      if (field.isUnique && record[field.name] !== undefined) {
        taken.add(JSON.stringify([object, field.name, record[field.name]]));
      }
    }
    store(object).set(id, { ...record, id });
    writes += 1;
    return id;
  }

  function answer(method: string, path: string, body: unknown): { status: number; body: unknown } {
    if (options.refuses?.includes(path))
      return { status: 403, body: { code: 'forbidden', detail: 'Not for you.' } };
    if (path === '/users' && method === 'GET')
      return { status: 200, body: { users: [...store('user').values()] } };
    if (path === '/users') {
      const id = create('user', body as Record<string, unknown>);
      return { status: 201, body: { id } };
    }
    const [, , object, action] = path.split('/') as [string, string, string, string];
    if (action === 'query') {
      const {
        filter,
        fields: wanted,
        limit,
      } = body as {
        filter: { in: [{ var: string }, string[]] };
        fields: string[];
        limit: number;
      };
      const [{ var: key }, values] = filter.in;
      if (limit > 200 || values.length > limit) return { status: 422, body: { detail: 'Too many.' } };
      const wantedValues = new Set(values);
      const records = [...store(object).values()]
        .filter((record) => wantedValues.has(String(record[key])))
        .map((record) => Object.fromEntries(['id', ...wanted].map((name) => [name, record[name]])));
      return { status: 200, body: { records, next: null, previous: null } };
    }
    const { records } = body as { records: Record<string, unknown>[] };
    if (records.length > 500) return { status: 422, body: { detail: 'Too many records.' } };
    const results = records.map((record, index) => {
      const faults = faultsOf(object, record);
      if (faults.length === 0) return { index, status: 'created', id: create(object, record), version: 1 };
      const errors = faults.map((message) => ({
        code: 'invalid',
        pointer: `/${message.split(/[ :]/)[0]}`,
        message,
      }));
      return { index, status: 'failed', id: null, version: null, errors };
    });
    return { status: 200, body: { results } };
  }

  return {
    // Through JSON, as over the wire.
    request: async (method, path, body) =>
      JSON.parse(
        JSON.stringify(
          answer(method, path, body === undefined ? undefined : JSON.parse(JSON.stringify(body))),
        ),
      ),
    records: (object) => [...store(object).values()],
    get writes() {
      return writes;
    },
    neverFilled: () =>
      [...model.objects.values()].flatMap((object) =>
        object.ownFields
          .filter((field) => !object.isSystem && field.isWritable && field.type.column !== undefined)
          .filter(
            (field) => ![...store(object.name).values()].some((record) => record[field.name] !== undefined),
          )
          .map((field) => `${object.name}.${field.name}`),
      ),
  };
}

function readFolder(folder: string) {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const files = new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
  const { package: read, problems } = readPackage(files);
  if (!read || problems.length > 0) throw new Error(`${folder}: ${JSON.stringify(problems)}`);
  return read.components;
}

function defaultsOf(object: CompiledObject): Record<string, unknown> {
  return Object.fromEntries(
    object.ownFields.flatMap((field) =>
      field.default?.kind === 'value' ? [[field.name, field.default.value]] : [],
    ),
  );
}

/** A value must be canonical already, phones apart: what the server rounds or trims, the description should have. */
function valueFault(value: unknown, field: CompiledField): string | undefined {
  const canonical = field.type.canonicalise(value, field);
  if (field.type.name !== 'phone' && JSON.stringify(canonical) !== JSON.stringify(value)) {
    return `${JSON.stringify(value)} would become ${JSON.stringify(canonical)}.`;
  }
  return checkValue(canonical, field);
}

/** The operators that the rules of the standard CRM use, with the meaning of design brief §3.1. */
function isTrue(expression: unknown, record: Readonly<Record<string, unknown>>, today: string): boolean {
  return evaluate(expression) === true;

  function evaluate(node: unknown): unknown {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return node;
    const [operator, operands] = Object.entries(node)[0]!;
    if (operator === 'var') return record[String(operands)] ?? null;
    if (operator === 'today') return today;
    const parts = operands as unknown[];
    if (operator === 'and') return parts.every((part) => evaluate(part) === true);
    if (operator === 'or') return parts.some((part) => evaluate(part) === true);
    const [left, right] = parts.map(evaluate) as [never, never];
    const bothThere = left !== null && right !== null;
    switch (operator) {
      case '==':
        return left === right;
      case '!':
        return left !== true;
      case 'in':
        return (right as unknown[]).includes(left);
      case 'is_blank':
        return left === null;
      case '<':
        return bothThere && left < right;
      case '<=':
        return bothThere && left <= right;
      case '>':
        return bothThere && left > right;
      default:
        throw new Error(`The fake server has no operator ${operator}.`);
    }
  }
}
