// @ts-check
// Sending what was written: one operation after another, in order, each with its own id. An operation that got no
// answer is sent again with the same id, so that it counts once whatever happened to the first try.

import { postJSON } from "../foundation/js/csrf.js";

/**
 * @typedef {object} Operation
 * @property {() => object[]} changes built when the operation is first sent: versions are those of that moment
 * @property {(saved: any[], at: string) => void} saved
 * @property {(conflicts: any[]) => void} [conflict]
 * @property {(refused: any[]) => void} refused also for faults of the request: one entry with a text
 * @property {(state: "wait" | "off") => void} [moved] the operation is on its way, or waits for the network
 */

/** @typedef {{operation: string, body: object | null, what: Operation, tried: boolean, since: number}} Waiting */

const LONGEST = 14 * 24 * 3600;
const BACKOFF = [1000, 2000, 4000, 8000, 15000, 30000];

/** @type {Waiting[]} */
const waiting = [];
/** @type {Set<(state: {waiting: number, offline: boolean, signedOut: boolean, unconfirmed: boolean, at: string}) => void>} */
const listeners = new Set();
let busy = false;
let failures = 0;
let signedOut = false;
let unconfirmed = false;
let lastSaved = "";
/** @type {number | undefined} */
let timer;
let url = "";

/** @param {string} target the address operations go to */
export function openQueue(target) {
  url = target;
  addEventListener("online", () => retry());
  addEventListener("beforeunload", (event) => {
    if (!waiting.length) return;
    event.preventDefault();
    event.returnValue = "";
  });
}

/** @param {(state: {waiting: number, offline: boolean, signedOut: boolean, unconfirmed: boolean, at: string}) => void} listener */
export function onQueue(listener) {
  listeners.add(listener);
}

/** @param {Operation} what */
export function send(what) {
  waiting.push({ operation: uuid(), body: null, what, tried: false, since: Date.now() });
  what.moved?.(failures ? "off" : "wait");
  tell();
  void work();
}

/** How many operations have no answer yet. */
export const unsent = () => waiting.length;

/** Try again now. */
export function retry() {
  clearTimeout(timer);
  timer = undefined;
  void work();
}

function tell() {
  const state = { waiting: waiting.length, offline: failures > 0, signedOut, unconfirmed, at: lastSaved };
  for (const listener of listeners) listener(state);
}

async function work() {
  if (busy || timer !== undefined) return;
  busy = true;
  try {
    while (waiting.length) {
      const item = waiting[0];
      item.body ??= { operation: item.operation, changes: item.what.changes() };
      // How long it waited here: an act may judge what was written without a connection by that moment. A clock that
      // was set back meanwhile has nothing to say.
      const waited = Math.min(Math.max(Math.round((Date.now() - item.since) / 1000), 0), LONGEST);
      const body = waited < 60 ? item.body : { ...item.body, waited };
      const answer = await postJSON(url, body, { keepalive: true });
      if (answer.status === 0 || answer.status >= 500 || answer.status === 401 || [423, 428, 429].includes(answer.status)) {
        signedOut = answer.status === 401;
        unconfirmed = answer.status === 428;
        failures += 1;
        for (const other of waiting) other.what.moved?.("off");
        timer = setTimeout(retry, BACKOFF[Math.min(failures, BACKOFF.length) - 1]);
        tell();
        return;
      }
      waiting.shift();
      if (failures) {
        failures = 0;
        signedOut = unconfirmed = false;
        for (const other of waiting) other.what.moved?.("wait");
      }
      settle(item.what, answer);
      tell();
    }
  } finally {
    busy = false;
  }
}

/** @param {Operation} what @param {{ok: boolean, status: number, data: any}} answer */
function settle(what, answer) {
  if (answer.ok && answer.data) {
    lastSaved = answer.data.at ?? "";
    what.saved(answer.data.saved ?? [], lastSaved);
  } else if (answer.status === 409 && answer.data?.conflicts && what.conflict) {
    what.conflict(answer.data.conflicts);
  } else if (answer.status === 422 && answer.data?.refused) {
    what.refused(answer.data.refused);
  } else {
    const text = answer.data?.error ?? answer.data?.conflicts?.[0]?.theirs ?? "Ответ сервера не разобран.";
    what.refused([{ index: 0, title: "Не сохранено", text, clauses: [], allowed: "", ways: [] }]);
  }
}

/** Version 4; `crypto.randomUUID` is missing where the page is not served over HTTPS. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
