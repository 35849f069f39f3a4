/** Housekeeping of one workspace's jobs: uploaded files a day after their job ended, jobs a month after. */
import type pg from 'pg';
import { queryObjects } from '../connections.ts';
import { identifier } from '../sql.ts';
import { FILE_RETENTION, unneeded } from './uploads.ts';

const JOB_RETENTION = '30 days';

export async function sweepJobs(client: pg.ClientBase, schema: string): Promise<void> {
  const job = identifier(schema, '_job').text;
  const file = identifier(schema, '_job_file').text;
  // An upload that was broken off left pieces without a job; those of a job that waits or runs are needed.
  await queryObjects(
    client,
    `delete from ${file} f where f.at < now() - interval '${FILE_RETENTION}' and ${unneeded(schema, FILE_RETENTION)}`,
    [],
  );
  const upload = identifier(schema, '_upload').text;
  await queryObjects(client, `delete from ${upload} where at < now() - interval '${FILE_RETENTION}'`, []);
  await queryObjects(client, `delete from ${job} where ended_at < now() - interval '${JOB_RETENTION}'`, []);
}
