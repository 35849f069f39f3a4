/**
 * Views that people keep for themselves: rows of the same body as a view of the metadata, and no publish. A view grants nothing: what
 * it asks is asked like any other question, by whoever opens it.
 */
import { type CompiledObject, isId } from '@trellis/model';
import type { StoredOwnView } from '@trellis/storage';
import { v7 as makeId } from 'uuid';
import type { Context } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { currentObjectName, oldNames } from '../old-names.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { requireOwnEyes } from '../view-as.ts';
import { withPinned } from '../with-pinned.ts';
import { openOwnView, readOwnView, refuse } from './check-own-view.ts';
import type { OwnViewDesk } from './own-views.ts';

/** Of one person and object: beyond it nobody finds one again. */
const MAX_VIEWS = 100;

interface Place {
  readonly pinned: Pinned;
  readonly object: CompiledObject;
  readonly userId: string;
  readonly objectKey: string;
}

export function createOwnViewDesk(parts: Parts): OwnViewDesk {
  const { ownViews } = parts.storage;
  const reading = <T>(context: Context, name: string, work: (place: Place) => Promise<T>) =>
    withPinned(parts, context, async (pinned) => {
      const object = pinned.requireObject(currentObjectName(parts, pinned, name), 'read');
      return work({ pinned, object, userId: pinned.actorId, objectKey: object.key });
    });
  const writing = <T>(context: Context, name: string, work: (place: Place) => Promise<T>) =>
    reading(context, name, (place) => {
      requireOwnEyes(context);
      if (context.kind === 'system') throw new EngineError('forbidden', 'Views of one’s own are of people.');
      return work(place);
    });
  const requireView = async (
    { pinned, userId, objectKey }: Place,
    id: string,
    options?: { readonly isDeleted: boolean },
  ): Promise<StoredOwnView> => {
    const place = { userId, objectKey, id: id.toLowerCase() };
    const found = isId(place.id) ? await ownViews.find(pinned.snapshot.workspace, place, options) : undefined;
    if (!found) throw unknownView();
    return found;
  };
  const namesOf = ({ pinned }: Place) => oldNames(parts, pinned);

  return {
    list: (context, name) =>
      reading(context, name, async ({ pinned, object, ...place }) => {
        if (context.kind === 'system') return { views: [], first: null };
        const { views, first } = await ownViews.list(pinned.snapshot.workspace, place);
        return { views: views.map((each) => openOwnView(pinned, object, each)), first };
      }),
    get: (context, name, id) =>
      reading(context, name, async (place) =>
        openOwnView(place.pinned, place.object, await requireView(place, id)),
      ),
    add: (context, name, input) =>
      writing(context, name, async (place) => {
        const { pinned, object, userId, objectKey } = place;
        const draft = readOwnView(pinned, { object, names: namesOf(place) }, input);
        const view = {
          id: makeId(),
          userId,
          objectKey,
          ...draft,
          createdAt: pinned.at,
          updatedAt: pinned.at,
        };
        if (!(await ownViews.insert(pinned.snapshot.workspace, stored(view), MAX_VIEWS))) throw tooMany();
        return openOwnView(pinned, object, stored(view));
      }),
    change: (context, name, id, change) =>
      writing(context, name, async (place) => {
        const { pinned, object } = place;
        const before = await requireView(place, id);
        const draft = readOwnView(pinned, { object, stored: before, names: namesOf(place) }, change);
        const view = stored({ ...before, ...draft, updatedAt: pinned.at });
        if (!(await ownViews.update(pinned.snapshot.workspace, view))) throw unknownView();
        return openOwnView(pinned, object, view);
      }),
    remove: (context, name, id) =>
      writing(context, name, async (place) => {
        const { userId, objectKey, pinned } = place;
        const view = { userId, objectKey, id: id.toLowerCase(), at: pinned.at };
        if (!isId(view.id) || !(await ownViews.remove(pinned.snapshot.workspace, view))) throw unknownView();
      }),
    restore: (context, name, id) =>
      writing(context, name, async (place) => {
        const view = await requireView(place, id, { isDeleted: true });
        if (!(await ownViews.restore(place.pinned.snapshot.workspace, view, MAX_VIEWS))) throw tooMany();
        return openOwnView(place.pinned, place.object, view);
      }),
    setFirst: (context, name, view) =>
      writing(context, name, async (place) => {
        const { pinned, object, userId, objectKey } = place;
        const isOfMetadata = view !== null && object.views.has(view);
        const chosen = view === null || isOfMetadata ? view : (await requireView(place, view)).id;
        await ownViews.setFirst(pinned.snapshot.workspace, { userId, objectKey }, chosen);
      }),
  };
}

type Draft = Omit<StoredOwnView, 'body'> & { readonly body: object };
const stored = (view: Draft) => view as StoredOwnView;

function unknownView(): EngineError {
  return new EngineError('unknown_view', 'You have no such view.');
}

function tooMany(): EngineError {
  const message = `You have ${MAX_VIEWS} views of this object already: delete one that you do not need any more.`;
  return refuse([{ code: 'too_many', pointer: '', message }]);
}
