// The peer's server: express-pouchdb over LevelDB. `node server.mjs FOLDER`; prints its address.
import express from 'express';
import expressPouchDb from 'express-pouchdb';
import PouchDB from 'pouchdb';
import { join } from 'node:path';

const folder = process.argv[2];
const Stored = PouchDB.defaults({ prefix: folder + '/' });
const app = express();
app.use('/', expressPouchDb(Stored, {
  mode: 'minimumForPouchDB',
  configPath: join(folder, 'config.json'),
  logPath: join(folder, 'log.txt'),
}));
const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
