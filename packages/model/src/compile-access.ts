/** Compiles roles, permission sets and sharing rules. What would grant nothing because a name is wrong is refused. */
import {
  type ComponentOf,
  jsonPointer,
  type PermissionSetBody,
  type SharingRuleBody,
  shortName,
} from '@trellis/metadata';
import {
  type AccessModel,
  type CompiledPermissionSet,
  type CompiledRole,
  type CompiledSharingRule,
  type FieldRight,
  OBJECT_ACTIONS,
  type ObjectGrant,
  type Organised,
} from './access-model.ts';
import type { Compilation, DraftObject } from './compilation.ts';
import { checkExpression } from './expressions/check-expression.ts';
import { pathsOfExpression } from './expressions/expression-paths.ts';

/** The built-in permission set, which no component may be. */
const ADMINISTRATOR = 'administrator';
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function compileAccess(compilation: Compilation): AccessModel {
  const roles = compileRoles(compilation);
  const sharingRules = new Map<string, CompiledSharingRule[]>();
  for (const { component } of compilation.ofKind('sharing_rule')) {
    const object = compilation.requireObject(component);
    if (!object) continue;
    const rule = compileSharingRule(compilation, component, object, roles);
    sharingRules.set(object.name, [...(sharingRules.get(object.name) ?? []), rule]);
  }
  const permissionSets = compilation
    .ofKind('permission_set')
    .map(({ component }) => [component.name, compilePermissionSet(compilation, component)] as const);
  return { roles, permissionSets: new Map(permissionSets), sharingRules };
}

function compileRoles(compilation: Compilation): ReadonlyMap<string, CompiledRole> {
  const written = compilation.ofKind('role');
  const parents = new Map(written.map(({ component }) => [component.name, component.body.parent]));
  const below = new Map(written.map(({ component }) => [component.name, new Set<string>()]));
  for (const { component } of written) {
    const { parent } = component.body;
    if (parent === undefined) continue;
    compilation.refer(component, '/body/parent', 'role', parent);
    if (!parents.has(parent)) {
      const hint = compilation.didYouMean(parent, parents.keys());
      compilation.error(component, 'unknown_role', '/body/parent', `there is no role \`${parent}\`.`, hint);
      continue;
    }
    const above: string[] = [];
    for (let at: string | undefined = parent; at !== undefined; at = parents.get(at)) {
      if (at === component.name || above.includes(at)) {
        if (at === component.name) {
          const way = [component.name, ...above, at].map((name) => `\`${name}\``).join(' under ');
          compilation.error(
            component,
            'circular_reference',
            '/body/parent',
            `roles would stand in a circle: ${way}.`,
          );
        }
        break;
      }
      above.push(at);
      below.get(at)?.add(component.name);
    }
  }
  return new Map(
    written.map(({ component: { name, body } }) => [
      name,
      { name, label: body.label, parent: body.parent, below: below.get(name)! },
    ]),
  );
}

function compilePermissionSet(
  compilation: Compilation,
  component: ComponentOf<'permission_set'>,
): CompiledPermissionSet {
  const { body, name } = component;
  if (name === ADMINISTRATOR) {
    const message = '`administrator` is built in and has every right.';
    compilation.error(component, 'reserved_name', '/name', message, 'Choose another name.');
  }
  const objects = new Map<string, ObjectGrant>();
  for (const [objectName, given] of Object.entries(body.objects ?? {})) {
    const pointer = jsonPointer('body', 'objects', objectName);
    const object = compilation.objects.get(objectName);
    compilation.refer(component, pointer, 'object', objectName);
    if (!object) {
      const hint = compilation.didYouMean(objectName, compilation.objects.keys());
      compilation.error(component, 'unknown_object', pointer, `there is no object \`${objectName}\`.`, hint);
      continue;
    }
    checkNames(compilation, component, object, given);
    objects.set(objectName, grantOf(given));
  }
  return {
    name,
    label: body.label,
    system: new Set(body.system ?? []),
    requiresSecondFactor: body.requires_second_factor === true,
    objects,
  };
}

type GrantBody = NonNullable<PermissionSetBody['objects']>[string];

function checkNames(
  compilation: Compilation,
  component: ComponentOf<'permission_set'>,
  object: DraftObject,
  given: GrantBody,
): void {
  const at = (...parts: readonly (string | number)[]) =>
    jsonPointer('body', 'objects', object.name, ...parts);
  for (const name of Object.keys(given.fields ?? {})) {
    const field = object.fields.get(name);
    if (field && field.systemColumn === undefined) {
      compilation.refer(component, at('fields', name), 'field', `${object.name}.${name}`);
      continue;
    }
    if (field) {
      const message = `\`${name}\` is the platform's own: whoever may read a record may read it.`;
      compilation.error(component, 'without_effect', at('fields', name), message);
    } else {
      const hint = compilation.didYouMean(name, object.fields.keys());
      const message = `${object.label} has no field \`${name}\`.`;
      compilation.error(component, 'unknown_field', at('fields', name), message, hint);
    }
  }
  const known = object.recordTypes.map((recordType) => recordType.name);
  for (const [index, name] of (given.record_types ?? []).entries()) {
    compilation.refer(component, at('record_types', index), 'record_type', `${object.name}.${name}`);
    if (known.includes(name)) continue;
    const message = `${object.label} has no record type \`${name}\`.`;
    const hint = compilation.didYouMean(name, known);
    compilation.error(component, 'unknown_record_type', at('record_types', index), message, hint);
  }
  const grantsMore = ['create', 'update', 'delete', 'view_all', 'modify_all', 'import', 'export'] as const;
  const useless = grantsMore.find((right) => given[right]);
  if (!given.read && useless) {
    const message = `\`${useless}\` on ${object.label} does nothing without \`read\`.`;
    compilation.error(component, 'without_effect', at(useless), message, 'Grant `read` as well.');
  }
}

function grantOf(given: GrantBody): ObjectGrant {
  return {
    actions: new Set(OBJECT_ACTIONS.filter((action) => given[action])),
    viewsAll: given.view_all === true || given.modify_all === true,
    modifiesAll: given.modify_all === true,
    defaultField: (given.default_field as FieldRight | undefined) ?? 'none',
    fields: new Map(Object.entries((given.fields ?? {}) as Record<string, FieldRight>)),
    recordTypes: new Set(given.record_types ?? []),
  };
}

function compileSharingRule(
  compilation: Compilation,
  component: ComponentOf<'sharing_rule'>,
  object: DraftObject,
  roles: ReadonlyMap<string, CompiledRole>,
): CompiledSharingRule {
  const { body } = component;
  const fault = (pointer: string, message: string, hint?: string) =>
    compilation.error(component, 'without_effect', pointer, message, hint);
  if ((body.when === undefined) === (body.owned_by === undefined))
    fault('/body', 'it needs either `when` or `owned_by`, to say which records are shared.');
  if (object.isSystem) fault('/name', `${object.pluralLabel} are not shared by rules.`);
  if (object.parentField)
    fault('/name', `${object.pluralLabel} are reached through their parent.`, 'Share the parent instead.');
  if (object.body.sharing === 'read_write' || (object.body.sharing === 'read' && body.access === 'read'))
    fault('/body/access', `everybody with a right to ${object.pluralLabel} has this access already.`);
  return {
    name: component.name,
    label: body.label ?? shortName(component.name),
    when: body.when === undefined ? undefined : compileWhen(compilation, component, object),
    ownedBy: body.owned_by && organised(compilation, component, '/body/owned_by', body.owned_by, roles),
    shareWith: body.share_with.map((each, index) =>
      organised(compilation, component, jsonPointer('body', 'share_with', index), each, roles),
    ),
    access: body.access as CompiledSharingRule['access'],
  };
}

function compileWhen(
  compilation: Compilation,
  component: ComponentOf<'sharing_rule'>,
  object: DraftObject,
): CompiledSharingRule['when'] {
  const { expression, problems } = checkExpression(component.body.when, {
    objects: compilation.objects,
    object,
    user: ['id', 'name', 'email'],
  });
  for (const { code, pointer, message, hint } of problems)
    compilation.error(component, code, `/body/when${pointer}`, message, hint);
  if (!expression) return undefined;
  for (const path of pathsOfExpression(expression)) compilation.referToPath(component, '/body/when', path);
  return expression;
}

type OrganisedBody = SharingRuleBody['share_with'][number];

function organised(
  compilation: Compilation,
  component: ComponentOf<'sharing_rule'>,
  pointer: string,
  { role, team, user, and_below: andBelow = false }: OrganisedBody,
  roles: ReadonlyMap<string, CompiledRole>,
): Organised {
  const error = (code: string, at: string, message: string, hint?: string) =>
    compilation.error(component, code, `${pointer}${at}`, message, hint);
  if ([role, team, user].filter((each) => each !== undefined).length !== 1)
    error('conflicting_properties', '', 'it names exactly one role, team or user.');
  if (role !== undefined) {
    compilation.refer(component, `${pointer}/role`, 'role', role);
    if (!roles.has(role))
      error(
        'unknown_role',
        '/role',
        `there is no role \`${role}\`.`,
        compilation.didYouMean(role, roles.keys()),
      );
  }
  for (const [property, id] of Object.entries({ team, user })) {
    if (id !== undefined && !ID.test(id))
      error('wrong_type', `/${property}`, `a ${property} is named by its id.`);
  }
  if (andBelow && role === undefined)
    error('without_effect', '/and_below', 'only roles have others below them.');
  return { role, team, user, andBelow };
}
