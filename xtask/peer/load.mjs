// The peer's phones. Each run is bounded, ends by itself and prints one line of JSON.
//
// push:  phones send what they ticked before, in the peer's own two ways: whole replication from a database of the phone, and
//        bare `_bulk_docs`, which leaves the phone's bookkeeping out. The quicker one is what we compare with.
// bytes: what one phone's replication takes on the socket, counted by a proxy.
// pull:  a fresh phone replicates a database of 10,000 documents.
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import memory from 'pouchdb-adapter-memory';
import PouchDB from 'pouchdb';

PouchDB.plugin(memory);
// Fifty phones live in this one process.
EventEmitter.defaultMaxListeners = 1_000;
const [what, url, pid, ...numbers] = process.argv.slice(2);
const BATCH = 256;
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

/** What one tick of ours says, as a document of the peer. */
const tick = (phone, number) => ({
  _id: `op/${phone}/${String(number).padStart(6, '0')}`,
  kind: 'checklist_task', record: `B${String(number % 27).padStart(2, '0')}`, field: 'done', value: number % 3 !== 0,
  author: 'bithu.hongthuong', device: phone, at_ms: 1_600_000_000_000 + number * 4_321, base: number,
});
const remote = (name) => new PouchDB(`${url}/${name}`, { skip_setup: false });
const local = (name) => new PouchDB(name, { adapter: 'memory', auto_compaction: false });
const now = () => performance.now();

/** Seconds of CPU that the server has used: user and system time of /proc/PID/stat, in hundredths. */
function cpu_s() {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').pop().trim().split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Megabytes that the server holds now. */
const rss_mb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024;

/** Minimal JSON over HTTP: the client must not be what is measured. */
function send(method, path, value) {
  const body = Buffer.from(JSON.stringify(value));
  return new Promise((resolve, reject) => {
    const request = http.request(url + path, {
      method, agent, headers: { 'content-type': 'application/json', 'content-length': body.length },
    }, (answer) => {
      const parts = [];
      answer.on('data', (it) => parts.push(it));
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (answer.statusCode >= 300) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        else resolve(JSON.parse(text));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function pushAll(phones, ops, each) {
  const [started, before_s] = [now(), cpu_s()];
  const times = await Promise.all(phones.map(async (it) => {
    await each(it);
    return now() - started;
  }));
  const wall_s = (now() - started) / 1_000;
  times.sort((a, b) => a - b);
  const at = (of100) => times[Math.min(times.length - 1, Math.floor(times.length * of100 / 100))];
  const total = phones.length * ops;
  return {
    ops: total, wall_s, ops_per_s: total / wall_s, p50_ms: at(50), p99_ms: at(99),
    cpu_s_per_1000: (cpu_s() - before_s) * 1_000 / total, rss_mb: rss_mb(),
  };
}

async function push(phones, ops) {
  const names = Array.from({ length: phones }, (_, number) => `p${process.pid}x${number}`);
  const docs = new Map(names.map((it) => [it, Array.from({ length: ops }, (_, number) => tick(it, number))]));
  const bulkDb = `bulk${process.pid}`;
  await send('PUT', `/${bulkDb}`, {});
  const bulk = await pushAll(names, ops, async (it) => {
    const all = docs.get(it);
    for (let from = 0; from < all.length; from += BATCH) {
      const answers = await send('POST', `/${bulkDb}/_bulk_docs`, { docs: all.slice(from, from + BATCH) });
      if (answers.some((answer) => answer.error)) throw new Error('refused');
    }
  });
  const databases = new Map();
  for (const it of names) {
    const database = local(it);
    await database.bulkDocs(docs.get(it));
    databases.set(it, database);
  }
  const target = remote(`repl${process.pid}`);
  await target.info();
  const replication = await pushAll(names, ops, async (it) => {
    const result = await databases.get(it).replicate.to(target, { batch_size: BATCH });
    if (result.docs_written !== ops) throw new Error(`${result.docs_written} of ${ops} written`);
  });
  return { bulk, replication };
}

function proxy(to) {
  const counts = { up: 0, down: 0 };
  const { hostname, port } = new URL(to);
  const server = net.createServer((phone) => {
    const upstream = net.connect(port, hostname);
    phone.on('data', (it) => { counts.up += it.length; upstream.write(it); });
    upstream.on('data', (it) => { counts.down += it.length; phone.write(it); });
    for (const [one, other] of [[phone, upstream], [upstream, phone]]) {
      one.on('end', () => other.end());
      one.on('error', () => other.destroy());
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => {
    resolve({ counts, server, url: `http://127.0.0.1:${server.address().port}` });
  }));
}

async function bytes(ops) {
  const { counts, server, url: through } = await proxy(url);
  const name = `bytes${process.pid}`;
  await send('PUT', `/${name}`, {});
  const database = local(name);
  await database.bulkDocs(Array.from({ length: ops }, (_, number) => tick('bytes', number)));
  await database.replicate.to(new PouchDB(`${through}/${name}`), { batch_size: 100 });
  server.close();
  return { up: counts.up / ops, down: counts.down / ops };
}

async function pull(records, rounds) {
  const name = `pull${process.pid}`;
  await send('PUT', `/${name}`, {});
  for (let from = 0; from < records; from += 1_000) {
    const docs = Array.from({ length: 1_000 }, (_, number) => tick('pull', from + number));
    await send('POST', `/${name}/_bulk_docs`, { docs });
  }
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = now();
    const fresh = local(`fresh${round}`);
    const result = await fresh.replicate.from(`${url}/${name}`, { batch_size: 1_000, batches_limit: 10 });
    if (result.docs_written !== records) throw new Error(`${result.docs_written} of ${records}`);
    times.push(now() - started);
  }
  times.sort((a, b) => a - b);
  return { first_ms: times[0], median_ms: times[Math.floor(times.length / 2)] };
}

const runs = { push, bytes, pull };
console.log(JSON.stringify(await runs[what](...numbers.map(Number))));
process.exit(0);
