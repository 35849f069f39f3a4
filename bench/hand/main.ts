/** The process of the hand-written service: `BENCH_DATABASE_URL`, `BENCH_POOL_SIZE` and `PORT` say the rest. */
import { createService } from './service.ts';
import { createPool } from './statements.ts';

const pool = createPool(process.env.BENCH_DATABASE_URL ?? '', Number(process.env.BENCH_POOL_SIZE ?? 10));
const app = createService(pool);
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });

process.on('SIGTERM', async () => {
  await app.close();
  await pool.end();
  process.exit(0);
});
