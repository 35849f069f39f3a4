/**
 * What a list costs somebody who may not see everything, beside the same list of the administrator, both of Trellis
 * over HTTP: deals of the standard CRM by closing date, for a seller who sees their own and for a manager who sees those
 * of a part of the sellers.
 */
import { type Client, createClient } from '@trellis/api';
import { ask, type Door } from './load-context.ts';

const ROUNDS = 7;
const REQUESTS = 30;
/** Sellers below the manager. */
const BELOW = 40;
const PASSWORD = 'correct horse battery staple';

/** Time of the list for one of the administrator's: the median of rounds that take turns. */
export interface AccessRatios {
  /** Sees all records by a permission set that says so. */
  readonly all: number;
  readonly own: number;
  readonly subtree: number;
}

/** Makes roles, a permission set and its holders, unless an earlier run on this database has, and measures. */
export async function measureAccess(door: Door, client: Client): Promise<AccessRatios> {
  await publish(client);
  const sellers = (await client.users()).users
    .filter(({ email }) => email.startsWith('seller'))
    .slice(0, BELOW + 2);
  const [manager, auditor, ...below] = sellers;
  if (!manager || !auditor) throw new Error('There are no sellers to list deals as.');
  const change = async (id: string, body: object) => {
    const { status, body: answer } = await client.exchange('PATCH', `/users/${id}`, body);
    if (status !== 200) throw new Error(`Changing a seller failed: ${status} ${JSON.stringify(answer)}`);
  };
  for (const { id } of below) await change(id, { role: 'bench_seller' });
  const doorOf = async (who: { readonly id: string; readonly email: string }, body: object) => {
    await change(who.id, { password: PASSWORD, ...body });
    const person = createClient({ origin: door.origin });
    const answer = await person.exchange('POST', '/auth/login', { email: who.email, password: PASSWORD });
    if (answer.status !== 200) throw new Error(`Signing in as a seller failed: ${answer.status}`);
    return { origin: door.origin, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  };
  const doors = {
    own: await doorOf(below[0]!, { role: 'bench_seller', permission_sets: ['bench_reader'] }),
    subtree: await doorOf(manager, { role: 'bench_manager', permission_sets: ['bench_reader'] }),
    all: await doorOf(auditor, { permission_sets: ['bench_auditor'] }),
  };
  return {
    all: await ratioOf(doors.all, door),
    own: await ratioOf(doors.own, door),
    subtree: await ratioOf(doors.subtree, door),
  };
}

async function ratioOf(restricted: Door, admin: Door): Promise<number> {
  const time = async (door: Door): Promise<number> => {
    const start = performance.now();
    for (let index = 0; index < REQUESTS; index++) await ask(door, ADDRESS);
    return performance.now() - start;
  };
  for (const door of [restricted, admin]) await time(door);
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const whole = await time(admin);
    ratios.push((await time(restricted)) / whole);
  }
  return ratios.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

const ADDRESS = `/api/v1/records/deal?${new URLSearchParams({
  sort: '-close_date',
  fields: 'name,stage,close_date,amount',
  limit: '50',
})}`;

async function publish(client: Client): Promise<void> {
  const set = (name: string, grant: object) => ({
    kind: 'permission_set' as const,
    name,
    body: { label: name, objects: { deal: { read: true, default_field: 'read', ...grant } } },
  });
  await client.publish({
    components: [
      { kind: 'role', name: 'bench_manager', body: { label: 'Manager' } },
      { kind: 'role', name: 'bench_seller', body: { label: 'Seller', parent: 'bench_manager' } },
      set('bench_reader', {}),
      set('bench_auditor', { view_all: true }),
    ] as never,
    message: 'Benchmark of access',
  });
}
