/** Old names as an administrator sees them, and which names a publish makes old (SPEC P6a). */
import { objectOf, shortName } from '@trellis/metadata';
import type { Model } from '@trellis/model';
import type { Alias, PublishRequest } from '@trellis/storage';
import type { AliasEntry, MetadataLifecycle } from './engine.ts';
import { EngineError } from './errors.ts';
import type { Entry } from './merge-change-set.ts';
import type { Parts } from './parts.ts';
import { translateError } from './translate-error.ts';
import { requireOwnEyes } from './view-as.ts';
import { requireRight } from './with-pinned.ts';

type OldNames = NonNullable<PublishRequest['aliases']>;

/** Names that objects and fields bear no more; a field that follows its object's rename keeps its own. */
export function findOldNames(before: Model, entries: readonly Entry[]): OldNames {
  return entries.flatMap(({ component, key, stored }): OldNames => {
    if (!stored || stored.component.name === component.name) return [];
    const { name } = stored.component;
    if (component.kind === 'object') return [{ kind: 'object' as const, objectKey: key, fieldKey: '', name }];
    if (component.kind !== 'field' || shortName(name) === shortName(component.name)) return [];
    const object = before.objects.get(objectOf(stored.component)!);
    if (!object) return [];
    return [{ kind: 'field' as const, objectKey: object.key, fieldKey: key, name: shortName(name) }];
  });
}

export function createAliasDoor(parts: Parts): Pick<MetadataLifecycle, 'aliases' | 'removeAlias'> {
  return {
    async aliases(context) {
      await requireRight(parts, context, 'customise');
      try {
        await parts.aliasUses.flush();
        const { snapshot } = await parts.snapshots.loadNewest(context.workspace);
        const found = await parts.storage.aliases.list(context.workspace);
        return found.flatMap((alias) => present(snapshot.model, alias));
      } catch (error) {
        throw translateError(error);
      }
    },
    async removeAlias(context, kind, name) {
      requireOwnEyes(context);
      await requireRight(parts, context, 'customise');
      try {
        const { snapshot } = await parts.snapshots.loadNewest(context.workspace);
        const found = await parts.storage.aliases.list(context.workspace);
        const alias = found.find(
          (each) => each.kind === kind && present(snapshot.model, each).some((entry) => entry.name === name),
        );
        if (!alias) throw new EngineError('unknown_component', 'There is no such old name.');
        await parts.storage.aliases.remove(context.workspace, alias);
        parts.snapshots.markStale(context.workspace.name);
      } catch (error) {
        throw translateError(error);
      }
    },
  };
}

/** Nothing for the old name of what is gone. */
function present(model: Model, alias: Alias): readonly AliasEntry[] {
  const { kind, uses, lastUsedAt, createdAt } = alias;
  const object = [...model.objects.values()].find((each) => each.key === alias.objectKey);
  if (!object) return [];
  const facts = { kind, uses, lastUsedAt, createdAt };
  if (kind === 'object') return [{ ...facts, name: alias.name, current: object.name }];
  const field = object.ownFields.find((each) => each.key === alias.fieldKey);
  if (!field) return [];
  return [{ ...facts, name: `${object.name}.${alias.name}`, current: `${object.name}.${field.name}` }];
}
