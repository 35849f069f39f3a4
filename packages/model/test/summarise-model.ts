/** A model as small JSON for snapshots: what compiling decided, without what was written anyway. */
import type { CompiledField, CompiledObject, Condition, Model } from '../src/index.ts';

export function summariseModel(model: Model): unknown {
  return {
    objects: Object.fromEntries([...model.objects].map(([name, object]) => [name, summariseObject(object)])),
    apps: model.apps.map((app) => app.name),
    references: model.references.map(({ from, pointer, to }) => `${from}#${pointer} → ${to}`),
  };
}

function summariseObject(object: CompiledObject): unknown {
  return {
    key: object.key,
    nameField: object.nameField.name,
    parentField: object.parentField?.name,
    fields: object.ownFields.map(summariseField),
    recordTypes: object.recordTypes.map(
      ({ name, isActive, isDefault }) => name + (isActive ? '' : ' inactive') + (isDefault ? ' default' : ''),
    ),
    layouts: [...object.layouts.keys()],
    views: Object.fromEntries(
      [...object.views].map(([name, view]) => [
        name,
        {
          columns: view.columns.map((path) => path.text),
          sort: view.sort.map((key) => (key.descending ? '-' : '') + key.path.text),
          filter: view.filter?.op,
        },
      ]),
    ),
    reverseLookups: object.reverseLookups.map(
      ({ name, label, object: other, field }) => `${name} (${label}): ${other}.${field}`,
    ),
    ...(object.rules.validations.length + object.rules.conditions.size + object.rules.defaults.length > 0
      ? { rules: summariseRules(object) }
      : {}),
  };
}

function summariseRules({ rules }: CompiledObject): unknown {
  const reads = (condition: Condition | undefined) => condition?.paths.map((path) => path.text).join(' ');
  return {
    validations: rules.validations.map(
      (rule) =>
        `${rule.name}: ${rule.severity}${rule.isActive ? '' : ', inactive'}, reads ${reads(rule.invalidWhen)}, points at ${rule.fields.map((field) => field.name).join(' ')}`,
    ),
    conditions: [...rules.conditions].map(([name, each]) => ({
      field: name,
      visible: reads(each.visibleWhen),
      required: reads(each.requiredWhen),
      readOnly: reads(each.readOnlyWhen),
    })),
    dependencies: [...rules.dependencies].map(
      ([name, { controller, offered }]) =>
        `${name} by ${controller.name}: ${[...offered].map(([value, list]) => `${value} → ${[...list].join(' ')}`).join(', ')}`,
    ),
    defaults: rules.defaults.map(
      ({ field, paths, level }) =>
        `${field.name} at ${level}, reads ${paths.map((path) => path.text).join(' ')}`,
    ),
  };
}

function summariseField(field: CompiledField): string {
  const facts = [
    field.key === field.name ? '' : `key ${field.key}`,
    field.isRequired ? 'required' : '',
    field.isUnique ? 'unique' : '',
    field.isIndexed ? 'indexed' : '',
    field.isSearchable ? 'searchable' : '',
    field.isWritable ? '' : 'read only',
    field.isPolymorphic ? 'polymorphic' : '',
    field.targets.length > 0 ? `to ${field.targets.join(' ')}` : '',
    field.junction ? `through ${field.junction.object} (${field.junction.near}, ${field.junction.far})` : '',
    field.options.length > 0
      ? `options ${field.options.map((option) => option.value + (option.isActive ? '' : ' (inactive)')).join(' ')}`
      : '',
    field.default
      ? `default ${JSON.stringify(field.default.kind === 'value' ? field.default.value : field.default.kind)}`
      : '',
  ];
  return [`${field.name}: ${field.type.name}`, ...facts.filter((fact) => fact !== '')].join(', ');
}
