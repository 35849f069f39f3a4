/**
 * One call of the engine: the context of who asks together with the snapshot that it is pinned to for its whole
 * life. All questions about access go through here, so that no statement is made without a decision.
 */
import type { Access, Action, Decision, SystemRight } from '@trellis/access';
import { nearest } from '@trellis/metadata';
import {
  type CompiledField,
  type CompiledObject,
  type Expression,
  type ExpressionContext,
  type FieldPath,
  fieldsBehind,
  type Model,
  NEVER,
  objectsOfPath,
  SYSTEM_PRINCIPAL_ID,
  titleOf,
} from '@trellis/model';
import type { ChangeCause, ChangeOrigin, Snapshot } from '@trellis/storage';
import type { Context } from './engine.ts';
import { EngineError } from './errors.ts';

/** Links of a chain of causes that are kept, the nearest. */
const MAX_CHAIN = 5;

export class Pinned {
  readonly context: Context;
  readonly snapshot: Snapshot;
  readonly model: Model;
  /** The instant of the call, the same for every row that it writes. */
  readonly at: string;
  readonly expressionContext: ExpressionContext;
  readonly origin: ChangeOrigin;
  /** True once the revision was compared with the database: an unknown name is then unknown indeed. */
  readonly isConfirmed: boolean;
  readonly access: Access;

  constructor(
    context: Context,
    snapshot: Snapshot,
    pin: { readonly at: string; readonly isConfirmed: boolean; readonly access: Access },
  ) {
    this.context = context;
    this.snapshot = snapshot;
    this.model = snapshot.model;
    this.at = pin.at;
    this.isConfirmed = pin.isConfirmed;
    this.access = pin.access;
    const isUser = context.kind === 'user';
    this.expressionContext = {
      userId: this.actorId,
      now: pin.at,
      timeZone: isUser ? context.timeZone : snapshot.workspace.timeZone,
      sharedTimeZone: snapshot.workspace.timeZone,
      ...(isUser ? { userName: context.userName, userEmail: context.userEmail } : {}),
    };
    this.origin = {
      actorId: this.actorId,
      source: isUser ? context.source : 'system',
      requestId: isUser ? context.requestId : undefined,
      at: pin.at,
      cause: context.cause,
    };
  }

  /** The same call, for what follows from a change that it makes: history says so. */
  because(change: NonNullable<ChangeCause['chain']>[number]): Pinned {
    const { cause } = this.context;
    return this.#following({ ...cause, chain: [change, ...(cause?.chain ?? [])].slice(0, MAX_CHAIN) });
  }

  /** The same call, for what puts a record back to what it was at an instant. */
  backTo(asOf: string): Pinned {
    return this.#following({ ...this.context.cause, asOf });
  }

  #following(cause: ChangeCause): Pinned {
    const { snapshot, at, isConfirmed, access } = this;
    return new Pinned({ ...this.context, cause }, snapshot, { at, isConfirmed, access });
  }

  /** Id of the principal that acts: the user's, or the platform's. */
  get actorId(): string {
    return this.context.kind === 'user' ? this.context.userId : SYSTEM_PRINCIPAL_ID;
  }

  decide(object: CompiledObject, action: Action): Decision {
    return this.access.decide(object, action);
  }

  /** Throws `forbidden` unless the caller holds the system right. */
  requireRight(right: SystemRight): void {
    if (this.access.rights.includes(right)) return;
    throw new EngineError('forbidden', `This needs the right \`${right}\`.`);
  }

  /** The records of an object that the caller sees; none when they hold no right on it. */
  visible(object: CompiledObject): Expression {
    const decision = this.decide(object, 'read');
    return decision.isAllowed ? decision.predicate : NEVER;
  }

  readonly isReadable = (field: CompiledField): boolean => {
    const object = this.model.objects.get(field.object);
    if (object === undefined || !this.decide(object, 'read').canRead(field)) return false;
    return fieldsBehind(field).every(this.isReadable);
  };

  /**
   * The object for an action. Without the right to read, the object does not exist for the caller: `unknown_object`;
   * readable but without the right asked for: `forbidden`.
   */
  requireObject(name: string, action: Action): CompiledObject {
    const object = this.model.objects.get(name);
    if (!object || !this.decide(object, 'read').isAllowed) throw this.#unknownObject(name);
    if (action !== 'read' && !this.decide(object, action).isAllowed) {
      throw new EngineError('forbidden', `You have no right to ${action} ${object.pluralLabel}.`);
    }
    return object;
  }

  /** Access predicates of all objects that the paths lead to or read links from, for the joins and subselects of a query. */
  targetFilters(paths: Iterable<FieldPath>): ReadonlyMap<string, Expression> {
    const filters = new Map<string, Expression>();
    const add = (name: string) => {
      const target = filters.has(name) ? undefined : this.model.objects.get(name);
      if (!target) return;
      filters.set(name, this.visible(target));
      if (!this.isReadable(target.nameField)) filters.set(titleOf(name), NEVER);
    };
    for (const path of paths) {
      for (const name of objectsOfPath(path)) add(name);
    }
    return filters;
  }

  #unknownObject(name: string): EngineError {
    const known = [...this.model.objects.values()].filter((object) => this.decide(object, 'read').isAllowed);
    const near = nearest(
      name,
      known.map((object) => object.name),
    );
    const message = `There is no object \`${name}\`.`;
    return new EngineError('unknown_object', message, {
      errors: [
        {
          code: 'unknown_object',
          pointer: '',
          message,
          ...(near ? { hint: `Did you mean \`${near}\`?` } : {}),
        },
      ],
    });
  }
}
