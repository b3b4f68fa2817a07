import type { Contact } from './contacts.js';

/** How those on call are named to who may not answer pages: by their place, without an address. */
const placeOf = ({ kind }: Contact, n: number): string => `on call ${n + 1} (${kind})`;

/** Who is on call, in order. @param may answer pages: sees the addresses */
export const namesOf = (contacts: readonly Contact[], may: boolean): string[] =>
  contacts.map((contact, n) => (may ? contact.name : placeOf(contact, n)));

/** A text in which addresses of those on call may stand, as it is shown to who may not answer pages. */
export const withoutAddresses = (contacts: readonly Contact[], text: string): string =>
  contacts.reduce((left, contact, n) => left.replaceAll(contact.name, placeOf(contact, n)), text);
