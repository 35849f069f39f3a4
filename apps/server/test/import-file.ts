/** A file imported through the API, to its end. */
import type { Client, ImportMapping, JobResponse } from '@trellis/api';

export async function importFile(
  client: Client,
  object: string,
  {
    name = 'file.csv',
    content,
    mapping = {},
  }: {
    readonly name?: string;
    readonly content: Blob | string | Uint8Array<ArrayBuffer>;
    readonly mapping?: ImportMapping;
  },
): Promise<JobResponse> {
  const form = new FormData();
  form.set('mapping', JSON.stringify(mapping));
  form.set('file', content instanceof Blob ? content : new Blob([content]), name);
  let job = await client.importFile(object, form);
  while (['queued', 'running'].includes(job.state)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    job = await client.job(job.id);
  }
  return job;
}
