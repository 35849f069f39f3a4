import { Validator } from '@seriousme/openapi-schema-validator';
import { compile } from '@trellis/model';
import { describe, expect, it } from 'vitest';
import { describeApi } from '../src/openapi.ts';
import { readStandardPackage } from '../src/standard-packages.ts';

const all = [...readStandardPackage('system').components, ...readStandardPackage('crm').components];
const { model } = compile(all.map((component) => ({ component })));
const everything = {
  rightsOn: () => ({ create: true, read: true, update: true, delete: true, export: true, import: true }),
  canRead: () => true,
  canUpdate: () => true,
};
const describeFor = (access: typeof everything) =>
  describeApi({ model: model!, revision: 7, label: 'Main', access }) as {
    info: { version: string };
    paths: Record<string, Record<string, { operationId?: string }>>;
    components: { schemas: Record<string, { properties: Record<string, { anyOf: { type: string }[] }> }> };
  };

describe('the OpenAPI document', () => {
  const document = describeFor(everything);

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('describes every object with its doors and fields', () => {
    for (const object of model!.objects.values()) {
      expect(document.paths).toHaveProperty([`/records/${object.name}`]);
      const { properties } = document.components.schemas[`Record_${object.name}`]!;
      expect(Object.keys(properties).sort()).toEqual([...object.fields.keys()].sort());
    }
    expect(document.paths['/records/deal']).toHaveProperty('post');
    expect(document.components.schemas).not.toHaveProperty('Record_user_input');
    expect(document.components.schemas.Record_deal!.properties.amount!.anyOf[0]).toMatchObject({
      type: 'number',
    });
    expect(document.components.schemas.Record_deal_input!.properties).not.toHaveProperty('version');
  });

  it('names each operation once', () => {
    const ids = Object.values(document.paths)
      .flatMap((path) => Object.values(path))
      .flatMap(({ operationId }) => operationId ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says nothing of what the caller may not see', () => {
    const restricted = describeFor({
      ...everything,
      rightsOn: (object?: { name: string }) => ({
        ...everything.rightsOn(),
        read: object?.name !== 'deal',
        create: false,
      }),
      canRead: (field?: { name: string }) => field?.name !== 'annual_revenue',
    } as typeof everything);
    expect(JSON.stringify(restricted)).not.toContain('annual_revenue');
    expect(restricted.paths).not.toHaveProperty(['/records/deal']);
    expect(restricted.paths['/records/account']).not.toHaveProperty('post');
  });
});
