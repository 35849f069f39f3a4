/** The front door of the access room. */
export { SYSTEM_RIGHTS, type SystemRight } from '@trellis/metadata';
export {
  type Access,
  type Action,
  ADMINISTRATOR,
  canBeShared,
  createAccess,
  type Decision,
  type KeyScope,
  type Principal,
} from './access.ts';
export { NO_ORGANISATION, type Organisation } from './organisation.ts';
export { rulesOn } from './record-reach.ts';
export { type GrantedSet, type RightBeyond, rightsBeyond } from './rights-beyond.ts';
