import SqliteFile from 'libsql';

// The real writer, in a thread that dies, when it is told to, with a transaction open that is about to be committed.
const { exec, prepare } = SqliteFile.prototype;
let doomed = false;
SqliteFile.prototype.prepare = function (this: SqliteFile.Database, text: string) {
  doomed ||= text.startsWith('-- die');
  return prepare.call(this, text);
} as typeof prepare;
SqliteFile.prototype.exec = function (text: string) {
  if (doomed && text === 'COMMIT') process.exit(1);
  return exec.call(this, text);
};
await import('../../services/runtime/database/sqlite/writer.js');
