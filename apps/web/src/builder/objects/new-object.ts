/** The change set of a new object: the object, the field that titles its records, a layout, a list, its place in an app. */
import type { ComponentDocument } from '@trellis/api';
import type { Bodies, ColorName } from '@trellis/metadata';

export interface NewObject {
  readonly label: string;
  readonly pluralLabel: string;
  readonly name: string;
  readonly description: string;
  readonly icon: string;
  readonly color: ColorName;
  readonly nameLabel: string;
  /** How records are titled: typed by people, or a running number. */
  readonly naming: { readonly by: 'text' } | { readonly by: 'number'; readonly format: string };
}

export interface NewObjectTexts {
  readonly allOf: (pluralLabel: string) => string;
  readonly details: string;
  readonly history: string;
}

interface AppPlace {
  readonly name: string;
  readonly body: Bodies['app'];
}

export function newObjectComponents(
  object: NewObject,
  texts: NewObjectTexts,
  app?: AppPlace,
): ComponentDocument[] {
  const body: Bodies['object'] = {
    label: object.label,
    plural_label: object.pluralLabel,
    ...(object.description === '' ? {} : { description: object.description }),
    icon: object.icon,
    color: object.color,
    name_field: 'name',
  };
  const nameField: Bodies['field'] =
    object.naming.by === 'text'
      ? { label: object.nameLabel, type: 'text', required: true }
      : { label: object.nameLabel, type: 'auto_number', format: object.naming.format };
  const layout: Bodies['layout'] = {
    label: object.label,
    tabs: [
      {
        label: texts.details,
        sections: [
          {
            label: object.label,
            columns: [
              { items: [{ type: 'field', field: 'name' }] },
              { items: [{ type: 'field', field: 'owner_id' }] },
            ],
          },
        ],
      },
      {
        label: texts.history,
        sections: [{ columns: [{ items: [{ type: 'component', component: 'history' }] }] }],
      },
    ],
  };
  const view: Bodies['view'] = {
    label: texts.allOf(object.pluralLabel),
    is_default: true,
    columns: ['name', 'owner.name', 'updated_at'],
  };
  const { name } = object;
  return [
    { kind: 'object', name, body },
    { kind: 'field', name: `${name}.name`, body: nameField },
    { kind: 'layout', name: `${name}.default`, body: layout },
    { kind: 'view', name: `${name}.all`, body: view },
    ...(app === undefined
      ? []
      : [
          {
            kind: 'app',
            name: app.name,
            body: { ...app.body, items: withObject(app.body.items, name) },
          },
        ]),
  ];
}

/** Below the objects that an app begins with: under its last heading it would pass for one of those. */
function withObject(items: Bodies['app']['items'], object: string): Bodies['app']['items'] {
  const heading = items.findIndex((item) => item.type === 'heading');
  const end = heading <= 0 ? items.length : heading;
  return items.toSpliced(end, 0, { type: 'object', object });
}

/** The object that holds the links of a many-to-many field: two required parent lookups and a number. */
export function newJunctionComponents(
  junction: { readonly name: string; readonly label: string; readonly pluralLabel: string },
  near: { readonly name: string; readonly label: string },
  far: { readonly name: string; readonly label: string },
  texts: NewObjectTexts & { readonly number: string },
): ComponentDocument[] {
  const { name, label, pluralLabel } = junction;
  const farField = far.name === near.name ? `other_${far.name}`.slice(0, 50) : far.name;
  const lookup = (target: { name: string; label: string }): Bodies['field'] => ({
    label: target.label,
    type: 'lookup',
    required: true,
    to: target.name,
    on_delete: 'cascade',
    reverse_name: `${name}s`.slice(0, 100),
    reverse_label: pluralLabel,
  });
  const [document, , layout, view] = newObjectComponents(
    {
      label,
      pluralLabel,
      name,
      description: '',
      icon: 'link',
      color: 'gray',
      nameLabel: texts.number,
      naming: { by: 'number', format: '{00000}' },
    },
    texts,
  );
  const farLookup = lookup(far);
  return [
    document!,
    {
      kind: 'field',
      name: `${name}.name`,
      body: { label: texts.number, type: 'auto_number', format: '{00000}' },
    },
    { kind: 'field', name: `${name}.${near.name}`, body: lookup(near) },
    {
      kind: 'field',
      name: `${name}.${farField}`,
      body:
        farField === far.name ? farLookup : { ...farLookup, reverse_name: `other_${name}s`.slice(0, 100) },
    },
    {
      ...layout!,
      body: {
        label,
        tabs: [
          {
            label: texts.details,
            sections: [
              {
                columns: [
                  { items: [{ type: 'field', field: near.name }] },
                  { items: [{ type: 'field', field: farField }] },
                ],
              },
            ],
          },
        ],
      },
    },
    {
      ...view!,
      body: { label: texts.allOf(pluralLabel), is_default: true, columns: ['name', near.name, farField] },
    },
  ];
}
