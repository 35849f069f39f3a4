import { describe, expect, it } from 'vitest';
import { describeObject, describeWorkspace, listColumns, recordFields } from '../src/index.ts';
import { accessWithout, sampleModel } from './sample-model.ts';

const model = sampleModel();
const thing = model.objects.get('thing')!;
const company = model.objects.get('company')!;
const everything = accessWithout();

describe('a field that may not be read', () => {
  const access = accessWithout('thing.secret', 'thing.second_secret', 'company.secret_rank');
  const description = describeObject(model, thing, access);

  it('is named nowhere in the description of its object', () => {
    // `secret` is also the name of a type and of its widget.
    const names = JSON.stringify(description, (key, value: unknown) =>
      key === 'type' || key === 'widget' ? undefined : value,
    );
    expect(names).not.toMatch(/"(second_)?secret"/);
    expect(JSON.stringify(description)).not.toContain('secret_rank');
  });

  it('takes along the view whose filter reads it, and leaves the others', () => {
    expect(description.views.map((view) => view.name)).toEqual(['all']);
    expect(description.views[0]).toMatchObject({
      columns: ['name', 'a_lookup.name', 'owner.name'],
      sort: ['name'],
    });
  });

  it('takes along sections that held nothing else, and the condition that read it', () => {
    const fancy = description.layouts.find((layout) => layout.name === 'fancy')!;
    expect(fancy.body.highlights).toEqual(['due']);
    expect(fancy.body.tabs[0]!.sections).toHaveLength(1);
    expect(fancy.body.tabs[0]!.sections[0]).not.toHaveProperty('visible_when');
  });

  it('is no column of a related list elsewhere', () => {
    const list = describeObject(model, company, access).layouts[0]!.body.tabs[0]!.sections[0]!.columns[0]!
      .items[0];
    expect(list).toMatchObject({ lookup: 'thing.a_lookup', columns: ['name'], sort: ['name'] });
  });
});

describe('an object that may not be read', () => {
  it('is in no list of objects, no app, no related list, and no target', () => {
    const access = accessWithout('company');
    const workspace = describeWorkspace(
      model,
      {
        revision: 3,
        workspace: { name: 'main', label: 'Main', time_zone: 'UTC', locale: 'en', currency: 'EUR' },
        rights: [],
      },
      access,
    );
    expect(workspace.objects.map((each) => each.name)).not.toContain('company');
    expect(workspace.apps[0]!.items).toEqual([
      { type: 'object', object: 'thing' },
      { type: 'view', view: 'thing.secretive', label: 'Secretive', icon: 'lock' },
      { type: 'view', view: 'thing.all', label: 'Our things' },
    ]);
    expect(
      describeObject(model, thing, access).fields.find((field) => field.name === 'a_lookup')!.targets,
    ).toEqual([]);
    const noThings = describeObject(model, company, accessWithout('thing'));
    expect(noThings.related_lists.map((list) => list.object)).not.toContain('thing');
  });
});

describe('an app', () => {
  it('is not shown to those for whom nothing in it is left', () => {
    const workspace = { name: 'main', label: 'Main', time_zone: 'UTC', locale: 'en', currency: 'EUR' };
    const nothing: typeof everything = {
      ...everything,
      rightsOn: () => ({
        create: false,
        read: false,
        update: false,
        delete: false,
        export: false,
        import: false,
      }),
    };
    const described = describeWorkspace(model, { revision: 3, workspace, rights: [] }, nothing);
    expect(described.objects).toEqual([]);
    expect(described.apps).toEqual([]);
  });
});

describe('an item of an app that shows a view', () => {
  it('is left out for those who may not run the view', () => {
    const workspace = { name: 'main', label: 'Main', time_zone: 'UTC', locale: 'en', currency: 'EUR' };
    const access = accessWithout('company.secret_rank');
    const { apps } = describeWorkspace(model, { revision: 3, workspace, rights: [] }, access);
    expect(apps[0]!.items.flatMap((item) => (item.type === 'view' ? [item.view] : []))).toEqual([
      'thing.all',
    ]);
  });
});

describe('a related list', () => {
  it('says what becomes of its records when the record goes', () => {
    const lists = describeObject(model, company, everything).related_lists;
    const fates = Object.fromEntries(lists.map((list) => [list.lookup, list.on_delete]));
    expect(fates).toMatchObject({
      'membership.company': 'cascade',
      'thing.a_lookup': 'clear',
      'thing.regarding': 'clear',
    });
  });
});

describe('a field that is not copied', () => {
  it('is marked as such', () => {
    const { fields } = describeObject(model, thing, everything);
    expect(fields.filter((field) => field.no_copy).map((field) => field.name)).toEqual([
      'code',
      'a_file',
      'a_files',
      'a_image',
    ]);
  });
});

it('an object says whether each of its records has a title', () => {
  const isTitled = (isRequired: boolean) => {
    const titled = { ...thing, nameField: { ...thing.nameField, isRequired } };
    return describeObject(model, titled, everything).is_always_titled;
  };
  expect([isTitled(true), isTitled(false)]).toEqual([true, false]);
});

describe('a generated layout', () => {
  const { layouts } = describeObject(model, thing, everything);

  it('comes first, names the record first and has each own field once', () => {
    expect(layouts[0]!.name).toBe('default');
    const fields = layouts[0]!.body.tabs
      .flatMap((tab) => tab.sections)
      .flatMap((section) => section.columns)
      .flatMap((column) => column.items)
      .flatMap((item) => (item.type === 'field' ? [item.field] : []));
    expect(fields[0]).toBe('name');
    expect(new Set(fields).size).toBe(fields.length);
    expect(fields).toEqual(expect.arrayContaining(thing.ownFields.map((field) => field.name)));
    expect(fields).toEqual(expect.arrayContaining(['owner_id', 'created_at', 'updated_by']));
  });

  it('has related lists and history on tabs of their own', () => {
    expect(layouts[0]!.body.tabs.map((tab) => tab.label)).toEqual(['Details', 'Related', 'History']);
  });
});

describe('columns', () => {
  const description = describeObject(model, thing, everything);
  const descriptions = new Map([
    ['thing', description],
    ['company', describeObject(model, company, everything)],
  ]);
  const context = {
    findObject: (name: string) => descriptions.get(name),
    describe: (name: string) => descriptions.get(name),
  };

  it('title another record by the path that a view names', () => {
    const [name, , lookup, owner, beyond] = listColumns(description, description.views[0]!, context);
    expect(name).toMatchObject({ path: 'name', is_title: true, sort: 'name', fetch: ['name'] });
    expect(lookup).toMatchObject({
      path: 'a_lookup.name',
      is_title: false,
      fetch: ['a_lookup.name'],
      sort: 'a_lookup.name',
    });
    expect(lookup!.lookup!.name).toBe('a_lookup');
    expect(owner).toMatchObject({ label: 'Owner', fetch: ['owner.name'] });
    expect(beyond).toMatchObject({ label: 'a_lookup · secret_rank', fetch: ['a_lookup.secret_rank'] });
  });

  it('of a bare lookup ask for its title too; unknown paths are left out', () => {
    const columns = listColumns(
      description,
      { columns: ['a_lookup', 'regarding', 'owner_id', 'nowhere', 'name.x'] },
      context,
    );
    expect(columns.map((column) => column.fetch)).toEqual([
      ['a_lookup.name'],
      ['regarding.name'],
      ['owner.name'],
    ]);
    expect(columns[1]!.sort).toBeNull();
  });

  it('of a whole record are all readable fields with the titles of lookups', () => {
    const fields = recordFields(description, context);
    expect(fields).toEqual(
      expect.arrayContaining([
        'id',
        'version',
        'name',
        'owner_id',
        'owner.name',
        'a_lookup.name',
        'a_multi_lookup',
      ]),
    );
    expect(fields).not.toContain('deleted_by.name');
  });
});
