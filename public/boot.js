// Starts the app: takes over a server-rendered page, or mounts into the offline shell.
import init, { hydrate, mount } from '__JS__';

const served = document.getElementById('boot') !== null;
init({ module_or_path: '__WASM__' }).then(() => (served ? hydrate() : mount()));
