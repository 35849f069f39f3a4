/**
 * The draft compiled in the browser: what a preview, a filter and a list of columns are made from before anything is
 * published. While the draft has errors it is the last model that compiled; problems themselves come from the server.
 */
import { type DescribeAccess, describeObject, type ObjectDescription } from '@trellis/forms';
import type { Component } from '@trellis/metadata';
import { compile, type Model } from '@trellis/model';
import { useDeferredValue, useMemo } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import type { PublishedComponent } from '../draft/draft.ts';

const models = new WeakMap<readonly PublishedComponent[], Model>();
let lastGood: Model | undefined;

function modelOf(components: readonly PublishedComponent[]): Model | undefined {
  const known = models.get(components);
  if (known !== undefined) return known;
  try {
    // Kind and body belong together: the server parsed what is published, the editors keep to the bodies' types.
    const { model } = compile(
      components.map(({ kind, name, body }) => ({ component: { kind, name, body } as Component })),
    );
    if (model !== undefined) {
      models.set(components, model);
      lastGood = model;
    }
  } catch {
    // A half-written body: the server's plan says what is wrong with it.
  }
  return models.get(components) ?? lastGood;
}

const RIGHTS = { create: true, read: true, update: true, delete: true, export: true, import: true };
/** A preview shows what an administrator would see. */
const EVERYTHING: DescribeAccess = { rightsOn: () => RIGHTS, canRead: () => true, canUpdate: () => true };

export function useDraftModel(): Model | undefined {
  const { catalogue } = useBuilder();
  const components = useDeferredValue(catalogue.components);
  return useMemo(() => modelOf(components), [components]);
}

/** An object of a model as an administrator would be told about it. */
export function describeFromModel(model: Model, object: string): ObjectDescription | undefined {
  const compiled = model.objects.get(object);
  return compiled === undefined ? undefined : describeObject(model, compiled, EVERYTHING);
}

/** An object as the runtime would describe it, with the draft applied. */
export function useDraftDescription(object: string): ObjectDescription | undefined {
  const model = useDraftModel();
  return useMemo(() => (model === undefined ? undefined : describeFromModel(model, object)), [model, object]);
}
