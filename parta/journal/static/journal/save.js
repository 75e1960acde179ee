// @ts-check
// The queue of unsaved changes of a tab: one operation at a time, in the order made, each sent until answered.
//
//   queue.url = …                                          // url of journal_write
//   queue.addEventListener("state", () => show(queue.state, queue.waiting));
//   const done = await queue.push(() => [change, …], { key: "mark:12:77" });
//   switch (done.kind) {
//     case "saved":    done.saved      // one result per change
//     case "conflict": done.conflicts  // nothing was written; show both values
//     case "refused":  done.refused    // nothing was written; show the clause and the ways out
//     case "error":    done.text       // signed out, not found, not understood: nothing was written
//     case "dropped":  a later change of the same key took the place before this one was sent
//   }
//
// `make` is called at the moment of sending, so that `seen` is the version after the operations before it. From then on
// the changes are fixed: no answer (network, 5xx) means the same operation is sent again, and the server counts it once.
// An error that only a password can mend (401, 423, 428) keeps the operation waiting too. What has no answer when the
// page goes is laid down for the next page of the tab (kept.js), which sends it first (resend.js).

import { postJSON } from "../foundation/js/csrf.js";
import { drop, keep } from "./kept.js";

/**
 * @typedef {Record<string, any>} Change
 * @typedef {{kind: "saved", at: string, saved: any[]} | {kind: "conflict", conflicts: any[]}
 *   | {kind: "refused", refused: any[]} | {kind: "error", status: number, text: string} | {kind: "dropped"}} Done
 *
 * @typedef {object} Operation
 * @property {string} id
 * @property {string} url
 * @property {() => Change[]} make
 * @property {string} key
 * @property {Change[] | null} changes fixed when it is first sent
 * @property {boolean} tried
 * @property {number} since
 * @property {(done: Done) => void} settle
 * @property {((state: "wait" | "off") => void) | undefined} moved it is on its way, or waits for the network
 */

const PAUSES = [1, 2, 4, 8, 15, 30];
const LONGEST = 20000;
/** Longer nothing is believed to have waited, in seconds. */
const OLDEST = 14 * 24 * 3600;
/** Answers after which the operation stays: nobody has judged it yet. */
const UNJUDGED = [401, 423, 428, 429];

export class SaveQueue extends EventTarget {
  constructor(url = "") {
    super();
    this.url = url;
    /** @type {Operation[]} */
    this.operations = [];
    /** @type {"saved" | "saving" | "offline" | "conflict" | "refused"} */
    this.state = "saved";
    this.at = "";
    this.fault = "";
    this.status = 0;
    this.busy = false;
    this.failures = 0;
    /** @type {number | undefined} */
    this.timer = undefined;
    /** @type {(() => void)[]} */
    this.savers = [];
    addEventListener("online", () => this.retry());
    addEventListener("beforeunload", (event) => {
      for (const save of this.savers) save();
      if (!this.waiting) return;
      event.preventDefault();
      event.returnValue = "";
    });
    // A phone puts a page aside without asking: the other app, the lock, the gesture back.
    document.addEventListener("visibilitychange", () => document.hidden && this.layDown());
    let isLaidDown = false;
    addEventListener("pagehide", () => (isLaidDown = this.layDown()));
    // Shown again by Back, the page is drawn anew (lock.js): what it laid down is no longer its own to send or to warn of.
    addEventListener("pageshow", (event) => {
      if (event.persisted && isLaidDown) this.operations = [];
    });
  }

  /** Operations without an answer. */
  get waiting() {
    return this.operations.length;
  }

  /** What the save indicator says. */
  get text() {
    if (this.state === "saving") return "Сохраняется";
    if (this.state === "conflict") return "Изменено не вами";
    if (this.state === "refused") return "Не сохранено";
    if (this.state === "offline") return this.fault || `Нет связи, ждёт отправки: ${this.waiting}`;
    return this.at ? `Сохранено в ${this.at}` : "Сохранено";
  }

  /** Words still in a field are sent before the page goes. @param {() => void} save send what has been typed and not sent */
  beforeLeaving(save) {
    this.savers.push(save);
  }

  /**
   * @param {() => Change[]} make the changes of one operation, made when it is sent
   * @param {{key?: string, moved?: (state: "wait" | "off") => void}} [options] a later push with the same key replaces
   *   one that has not been sent yet
   * @returns {Promise<Done>}
   */
  push(make, { key = "", moved } = {}) {
    return new Promise((settle) => {
      const place = key ? this.operations.findIndex((other) => other.key === key && !other.changes) : -1;
      if (place >= 0) this.operations.splice(place, 1)[0].settle({ kind: "dropped" });
      this.operations.push({ id: uuid(), url: this.url, make, key, changes: null, tried: false, since: Date.now(), settle, moved });
      moved?.(this.failures ? "off" : "wait");
      if (this.failures) this.tell("offline");
      this.send();
    });
  }

  /**
   * Take up operations of an earlier page before all others.
   * @param {import("./kept.js").Kept[]} kept @param {(operation: import("./kept.js").Kept, done: Done) => void} answered
   */
  resume(kept, answered) {
    const earlier = kept.map((one) => ({
      ...one,
      key: "",
      make: () => one.changes,
      moved: undefined,
      settle: (/** @type {Done} */ done) => {
        if (done.kind === "saved") renew(kept, one, done.saved);
        answered(one, done);
      },
    }));
    this.operations.unshift(...earlier);
    this.send();
  }

  /** Try again now. */
  retry() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.send();
  }

  /** Send the first waiting operation, if none is under way and no pause is kept. */
  async send() {
    if (this.busy || this.timer !== undefined || !this.operations.length) return;
    const operation = this.operations[0];
    operation.changes ??= operation.make();
    if (!operation.changes.length) return this.finish(operation, { kind: "saved", at: this.at, saved: [] });
    this.busy = operation.tried = true;
    if (!this.failures) this.tell("saving");
    const patience = new AbortController();
    const limit = setTimeout(() => patience.abort(), LONGEST);
    // How long it waited here: an act may judge what was written without a connection by that moment. A clock that
    // was set back meanwhile has nothing to say.
    const waited = Math.min(Math.max(Math.round((Date.now() - operation.since) / 1000), 0), OLDEST);
    const body = { operation: operation.id, changes: operation.changes, ...(waited < 60 ? {} : { waited }) };
    const answer = await postJSON(operation.url, body, { signal: patience.signal, keepalive: true });
    clearTimeout(limit);
    this.busy = false;
    this.status = answer.status;
    const done = read(answer);
    if (done) {
      if (done.kind === "saved") this.at = done.at;
      return this.finish(operation, done);
    }
    this.fault =
      answer.status === 428
        ? `Ждёт вашего подтверждения: ${this.waiting}`
        : answer.status === 401
          ? answer.data?.error || "Вы вышли. Войдите снова в соседней вкладке."
          : answer.status === 507
            ? answer.data?.error || ""
            : "";
    const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
    this.failures += 1;
    for (const other of this.operations) other.moved?.("off");
    this.timer = setTimeout(() => this.retry(), pause * 1000);
    this.tell("offline");
  }

  /**
   * @param {Operation} operation
   * @param {Done} done
   */
  finish(operation, done) {
    this.operations = this.operations.filter((other) => other !== operation);
    drop(operation.id);
    if (this.failures) for (const other of this.operations) other.moved?.("wait");
    this.failures = 0;
    this.fault = "";
    operation.settle(done);
    const state = done.kind === "error" ? "refused" : done.kind === "dropped" ? "saved" : done.kind;
    this.state = state === "saved" && this.waiting ? "saving" : state;
    // Whoever waits for the answer has taken it by then: the page is told, and the next is made, with new versions.
    queueMicrotask(() => {
      this.tell(this.state);
      this.send();
    });
  }

  /** The page goes, perhaps for good: what has been typed is sent, what has no answer is left for the next page. */
  layDown() {
    for (const save of this.savers) save();
    return keep(
      this.operations
        .map(({ id, url, make, changes, since, tried }) => ({ id, url, changes: changes ?? make(), since, tried }))
        .filter((operation) => operation.changes.length),
    );
  }

  /** @param {SaveQueue["state"]} state */
  tell(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

/** The queue of this page: whatever writes in a journal goes through it. */
export const queue = new SaveQueue();

/** @param {{status: number, data: any}} answer @returns {Done | null} null: nobody has judged the operation yet */
function read({ status, data }) {
  if (status === 200 && Array.isArray(data?.saved)) return { kind: "saved", at: data.at, saved: data.saved };
  if (status === 409 && data?.conflicts) return { kind: "conflict", conflicts: data.conflicts };
  if (status === 422 && data?.refused) return { kind: "refused", refused: data.refused };
  if (status < 400 || status >= 500 || UNJUDGED.includes(status)) return null;
  return { kind: "error", status, text: data?.error || "Запись не сохранена: обновите страницу и повторите." };
}

/** Operations of an earlier page that never left it have seen what those before them wrote.
 * @param {import("./kept.js").Kept[]} kept @param {import("./kept.js").Kept} written @param {any[]} saved */
function renew(kept, written, saved) {
  const versions = new Map(written.changes.map((change, n) => [placeOf(change), saved[n]?.version]));
  for (const later of kept.filter((other) => !other.tried)) {
    for (const change of later.changes) {
      const version = versions.get(placeOf(change));
      if (version !== undefined && change.seen !== undefined) change.seen = Math.max(change.seen, version);
    }
  }
}

/** What has a version of its own. @param {Change} change */
function placeOf({ fact, lesson, term, student, work, position = 1 }) {
  if (["topic", "roll", "conducted"].includes(fact)) return `record ${lesson}`;
  return [fact, lesson ?? term, student, work, position].join(" ");
}

/** A random UUID; `crypto.randomUUID` is missing on plain HTTP addresses of a school's own network. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
