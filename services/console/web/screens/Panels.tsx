export { Panels as default } from '../panels/Panels.js';
