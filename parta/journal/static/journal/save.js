// @ts-check
// The queue of unsaved changes of one journal: one operation at a time, in the order made, each sent until answered.
//
//   const queue = new SaveQueue(url);                      // url of journal_write
//   queue.addEventListener("state", () => show(queue.state, queue.text, queue.waiting));
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
// the changes and the operation id are fixed: no answer (network, 5xx) means the same operation is sent again, and the
// server counts it once. An error that only a password can mend (401, 423, 428) keeps the operation waiting too.

import { postJSON } from "../foundation/js/csrf.js";

/**
 * @typedef {Record<string, any>} Change
 * @typedef {{kind: "saved", at: string, saved: any[]} | {kind: "conflict", conflicts: any[]}
 *   | {kind: "refused", refused: any[]} | {kind: "error", status: number, text: string} | {kind: "dropped"}} Done
 * @typedef {{make: () => Change[], key: string, id: string, changes: Change[] | null, settle: (done: Done) => void}} Operation
 */

const PAUSES = [1, 2, 4, 8, 15, 30];
const LONGEST = 20000;

export class SaveQueue extends EventTarget {
  /** @param {string} url */
  constructor(url) {
    super();
    this.url = url;
    /** @type {Operation[]} */
    this.operations = [];
    /** @type {"saved" | "saving" | "offline" | "conflict" | "refused"} */
    this.state = "saved";
    this.at = "";
    this.fault = "";
    this.busy = false;
    this.failures = 0;
    /** @type {number | undefined} */
    this.timer = undefined;
    addEventListener("online", () => this.send());
    addEventListener("beforeunload", (event) => {
      if (this.waiting) event.preventDefault();
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

  /**
   * @param {() => Change[]} make the changes of one operation, made when it is sent
   * @param {{key?: string}} [options] a later push with the same key replaces one that has not been sent yet
   * @returns {Promise<Done>}
   */
  push(make, { key = "" } = {}) {
    return new Promise((settle) => {
      const operation = { make, key, id: "", changes: null, settle };
      const place = key ? this.operations.findIndex((other) => other.key === key && !other.changes) : -1;
      if (place >= 0) {
        this.operations[place].settle({ kind: "dropped" });
        this.operations.splice(place, 1);
      }
      this.operations.push(operation);
      this.send();
    });
  }

  /** Send the first waiting operation, if none is under way. */
  async send() {
    if (this.busy || !this.operations.length) return;
    clearTimeout(this.timer);
    const operation = this.operations[0];
    if (!operation.changes) {
      operation.changes = operation.make();
      operation.id = uuid();
      if (!operation.changes.length) return this.finish(operation, { kind: "saved", at: this.at, saved: [] });
    }
    this.busy = true;
    if (!this.failures) this.tell("saving");
    const patience = new AbortController();
    const limit = setTimeout(() => patience.abort(), LONGEST);
    const answer = await postJSON(
      this.url,
      { operation: operation.id, changes: operation.changes },
      { signal: patience.signal, keepalive: true },
    );
    clearTimeout(limit);
    this.busy = false;
    const data = answer.data ?? {};
    if (answer.status === 200 && Array.isArray(data.saved)) {
      this.at = data.at;
      return this.finish(operation, { kind: "saved", at: data.at, saved: data.saved });
    }
    if (answer.status === 409 && data.conflicts) {
      return this.finish(operation, { kind: "conflict", conflicts: data.conflicts });
    }
    if (answer.status === 422 && data.refused) {
      return this.finish(operation, { kind: "refused", refused: data.refused });
    }
    if (answer.status >= 400 && answer.status < 500 && ![401, 423, 428, 429].includes(answer.status)) {
      const text = data.error || "Запись не сохранена: обновите страницу и повторите.";
      return this.finish(operation, { kind: "error", status: answer.status, text });
    }
    this.fault =
      answer.status === 428
        ? `Ждёт вашего подтверждения: ${this.waiting}`
        : answer.status === 401
          ? data.error || "Вы вышли. Войдите снова в соседней вкладке."
          : "";
    const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
    this.failures += 1;
    this.tell("offline");
    this.timer = setTimeout(() => this.send(), pause * 1000);
  }

  /**
   * @param {Operation} operation
   * @param {Done} done
   */
  finish(operation, done) {
    this.operations.splice(this.operations.indexOf(operation), 1);
    this.failures = 0;
    this.fault = "";
    operation.settle(done);
    const state = done.kind === "error" ? "refused" : done.kind === "dropped" ? "saved" : done.kind;
    this.tell(state === "saved" && this.waiting ? "saving" : state);
    queueMicrotask(() => this.send());
  }

  /** @param {SaveQueue["state"]} state */
  tell(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
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
