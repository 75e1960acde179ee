// @ts-check
// One act on one cell: a mark, an absence or the mark of a period. The value stands in pencil at once, and in ink
// when the server has it; refused, it stands struck out and is stored nowhere.

import { cellsOf, columnName, columnOf, data, isFinal, leadOf, nameOf, rowOf, settle, standing, studentOf } from "./model.js";
import { paint } from "./paint.js";
import { send } from "./send.js";
import { refresh, say, speakNext } from "./status.js";
import { recount, recountLesson } from "./totals.js";

/**
 * @typedef {object} Act
 * @property {HTMLTableCellElement} td
 * @property {"mark" | "absence" | "final"} fact
 * @property {string} value empty: annul
 * @property {string} [reason]
 * @property {string} [ground] code of the paper that allows it
 * @property {string} [comment]
 * @property {boolean} [undo]
 * @property {number} [seen] the version chosen in a conflict
 * @property {boolean} [substitution] state in the same entry that the writer substitutes
 *
 * @typedef {{act: Act, refused: any}} Refusal
 * @typedef {{act: Act, theirs: any}} Conflict
 */

/** @type {Map<HTMLTableCellElement, {mark?: string, absence?: string, count: number}>} */
const pending = new Map();
/** @type {Map<HTMLTableCellElement, Refusal>} */
export const refusals = new Map();
/** @type {Map<HTMLTableCellElement, Conflict>} */
export const conflicts = new Map();
/** @type {{td: HTMLTableCellElement, fact: "mark" | "absence" | "final", before: string}[]} */
const done = [];

/** @type {{refused: (td: HTMLTableCellElement) => void, conflict: (td: HTMLTableCellElement) => void}} */
const hooks = { refused: () => {}, conflict: () => {} };

/** @param {Partial<typeof hooks>} given what shows a refusal and a conflict */
export function onTrouble(given) {
  Object.assign(hooks, given);
}

/** @param {HTMLTableCellElement} td @param {"mark" | "absence" | "final"} fact @returns {string} why nothing can be typed here, or nothing */
function shut(td, fact) {
  if (td.classList.contains("out")) return "Ученика в этот день не было в списке";
  if (fact === "final") return data.finals.length ? "" : "Итоговую отметку ставит учитель предмета";
  const column = columnOf(td);
  if (!column) return "Здесь только читают";
  if (fact === "mark" && !column.marks) return "Отметки в этом столбце ставит учитель урока";
  if (fact === "absence" && !column.absences) return "Явку в этом столбце отмечает учитель урока";
  return "";
}

/** Carry out an act; nothing happens when the cell says so already. @param {Act} act */
export function write(act) {
  const td = act.fact === "absence" ? leadOf(act.td) : act.td;
  const fact = isFinal(td) ? "final" : act.fact;
  const why = shut(td, fact);
  if (why) return say("locked", why);
  const cell = standing(td);
  const waits = pending.get(td);
  const now = fact === "absence" ? (waits?.absence ?? cell.absence) : (waits?.mark ?? cell.value);
  forget(td);
  if (now === act.value && act.comment === undefined && act.seen === undefined) return repaint(td);
  enqueue({ ...act, td, fact }, now);
}

/** @param {Act} act @param {string} before what stood there, or was on its way there */
function enqueue(act, before) {
  const { td, fact } = act;
  // Remembered at once: Ctrl+Z takes back what was typed last, though it still waits for its answer.
  const entry = { td, fact, before };
  if (!act.undo && act.comment === undefined) done.push(entry);
  const waits = pending.get(td) ?? { count: 0 };
  waits.count += 1;
  if (fact === "absence") waits.absence = act.value;
  else waits.mark = act.value;
  pending.set(td, waits);
  send({
    changes: () => {
      const change = changeOf(act);
      const lesson = columnOf(td)?.lesson;
      return act.substitution ? [{ fact: "conducted", lesson, substitution: true }, change] : [change];
    },
    moved: (state) => repaint(td, state),
    saved: (saved) => {
      const result = saved[saved.length - 1] ?? {};
      finish(td);
      accept(act, result);
      if (result.unchanged) unlearn(entry);
      repaint(td);
    },
    conflict: (found) => {
      finish(td);
      unlearn(entry);
      conflicts.set(td, { act, theirs: found[found.length - 1] });
      paint(td, { ...shownOf(act), state: "cnf" });
      hooks.conflict(td);
    },
    refused: (found) => {
      finish(td);
      unlearn(entry);
      refuse(act, found[found.length - 1]);
      hooks.refused(td);
    },
  });
}

/** What the server is told about an act. @param {Act} act @returns {Record<string, unknown>} */
export function changeOf(act) {
  const { td, fact } = act;
  const cell = standing(td);
  /** @type {Record<string, unknown>} */
  const change = { fact, student: studentOf(td) };
  if (fact === "final") Object.assign(change, { term: data.term, value: act.value, seen: act.seen ?? cell.version });
  else {
    const column = /** @type {import("./model.js").Column} */ (columnOf(td));
    change.lesson = column.lesson;
    if (fact === "absence") Object.assign(change, { symbol: act.value, seen: act.seen ?? cell.absenceVersion });
    else {
      Object.assign(change, {
        assessment: column.assessment || null,
        work: column.work,
        position: column.position,
        value: act.value,
        seen: act.seen ?? cell.version,
      });
      if (act.comment !== undefined) change.comment = act.comment;
    }
    if (act.undo) change.undo = true;
  }
  if (act.reason) change.reason = act.reason;
  if (act.ground) change.ground = act.ground;
  return change;
}

/** Take over what the server has stored. @param {Act} act @param {any} result */
export function accept(act, result) {
  const { td, fact } = act;
  const column = columnOf(td);
  if (result.assessment && column) column.assessment = result.assessment;
  if (!result.unchanged) {
    if (fact === "absence") settle(td, { absence: result.value ?? act.value, absenceVersion: result.version });
    else {
      settle(td, {
        value: result.value ?? act.value,
        first: result.first ?? "",
        version: result.version,
        late: Boolean(result.late),
        noted: act.comment === undefined ? standing(td).noted : Boolean(act.comment),
      });
    }
  }
  const words = act.value || (fact === "absence" ? "отметка о явке снята" : "отметка снята");
  speakNext(`${nameOf(td)}, ${columnName(td)}: ${words}`);
  if (result.remarks?.length) setTimeout(() => say("saved", `Сохранено. ${result.remarks[0].text}`), 0);
  recount(rowOf(td));
  recountLesson();
}

/** @param {Act} act @param {any} refused */
export function refuse(act, refused) {
  refusals.set(act.td, { act, refused });
  paint(act.td, { ...shownOf(act), state: "no" });
}

/** @param {Act} act */
const shownOf = (act) => (act.fact === "absence" ? { absence: act.value || "×", value: "" } : { value: act.value || "×", absence: "" });

/** @param {HTMLTableCellElement} td */
function finish(td) {
  const waits = pending.get(td);
  if (!waits) return;
  waits.count -= 1;
  if (waits.count <= 0) pending.delete(td);
}

/** Drop a refusal or a conflict: the cell shows what is stored. @param {HTMLTableCellElement} td */
export function forget(td) {
  const was = refusals.delete(td) || conflicts.delete(td);
  if (!was) return false;
  repaint(td);
  refresh();
  return true;
}

/** @param {HTMLTableCellElement} td @param {"wait" | "off"} [state] */
export function repaint(td, state = "wait") {
  const waits = pending.get(td);
  if (waits) paint(td, { value: waits.mark, absence: waits.absence, state });
  else if (isFinal(td) && !data.year) recount(rowOf(td));
  else paint(td);
  if (isFinal(td) && !waits) {
    const cell = standing(td);
    if (cell.value || cell.first) paint(td);
    lock(rowOf(td), Boolean(cell.value));
  }
}

/** The lessons of a student close with the mark of the period. @param {HTMLTableRowElement} row @param {boolean} isSet */
function lock(row, isSet) {
  if (!data.locks) return;
  for (const td of cellsOf(row)) {
    if (isFinal(td) || td.classList.contains("fu") || td.classList.contains("td")) continue;
    if (columnOf(td)?.closed) continue;
    td.classList.toggle("lk", isSet);
  }
}

/** An act that did not come about is not taken back. @param {(typeof done)[number]} entry */
function unlearn(entry) {
  const place = done.lastIndexOf(entry);
  if (place >= 0) done.splice(place, 1);
}

/** Take back the last act, as an act of its own. */
export function takeBack() {
  const last = done.pop();
  if (!last) return say("", "Возвращать нечего");
  write({ td: last.td, fact: last.fact, value: last.before, undo: last.fact !== "final" });
  return last.td;
}

/** @param {{td: HTMLTableCellElement, fact: "mark" | "absence" | "final", before: string}} act an act done elsewhere: a paste */
export function remember(act) {
  done.push(act);
}
