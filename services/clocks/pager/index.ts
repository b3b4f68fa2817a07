export { acknowledge, findPage, holderOf } from './acknowledge.js';
export { type Contact, readContacts } from './contacts.js';
export { createDeliver, type Deliver, post } from './deliver.js';
export { linesOf, type Summary, subjectOf, summarize } from './message.js';
export { Pager } from './pager.js';
export { callFor, goesOutAt } from './pages.js';
export { namesOf, withoutAddresses } from './shown.js';
