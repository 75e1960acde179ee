// @ts-check
// Moving in the grid. It is one stop of Tab: one cell at a time has tabindex 0, and the arrows move it.

import { cellsOf, columnName, columns, data, grid, isFinal, nameOf, placeOf, rowOf, rows } from "./model.js";
import { spoken } from "./spoken.js";
import { place } from "./status.js";

/** @type {HTMLTableCellElement | null} */
let current = null;
/** @type {Set<(td: HTMLTableCellElement, before: HTMLTableCellElement | null) => void>} */
const listeners = new Set();

/** @param {(td: HTMLTableCellElement, before: HTMLTableCellElement | null) => void} listener */
export function onMove(listener) {
  listeners.add(listener);
}

/** @returns {HTMLTableCellElement | null} */
export const currentCell = () => current;

/** @param {HTMLTableCellElement | null | undefined} td @param {{focus?: boolean, scroll?: boolean}} [how] */
export function go(td, { focus = true, scroll = true } = {}) {
  if (!td) return;
  const before = current;
  if (before && before !== td) {
    before.classList.remove("cur");
    before.removeAttribute("tabindex");
    before.removeAttribute("aria-label");
    if (before.parentElement !== td.parentElement) before.parentElement?.classList.remove("curr");
  }
  current = td;
  td.classList.add("cur");
  td.tabIndex = 0;
  td.parentElement?.classList.add("curr");
  td.setAttribute("aria-label", spoken(td));
  place(`${nameOf(td)} · ${columnName(td)}`);
  if (focus) td.focus({ preventScroll: true });
  if (scroll) td.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (before !== td) for (const listener of listeners) listener(td, before);
}

/** @param {number} down @param {number} right */
export function step(down, right) {
  if (!current) return;
  const all = rows();
  const row = Math.max(0, Math.min(all.length - 1, all.indexOf(rowOf(current)) + down));
  const cells = cellsOf(all[row]);
  const here = cellsOf(rowOf(current)).indexOf(current);
  go(cells[Math.max(0, Math.min(cells.length - 1, here + right))]);
}

/** The first or the last lesson of the row. @param {boolean} last */
export function edge(last) {
  if (!current) return;
  const cells = cellsOf(rowOf(current)).filter((td) => !isFinal(td));
  go(cells[last ? cells.length - 1 : 0] ?? current);
}

/** Today's column, in the same row. */
export function today() {
  if (!current) return;
  go(cellsOf(rowOf(current))[Math.max(0, data.today)]);
}

/** The server calls the whole grid read-only, for without a script it is: free what may be written in. */
export function free() {
  const table = grid();
  if (!table || !(data.finals.length || columns.some((column) => column.marks || column.absences))) return;
  table.removeAttribute("aria-readonly");
  for (const td of table.querySelectorAll("tbody td")) {
    const isShut = /\b(?:lk|fu|out|e1|e2)\b/.test(td.className);
    const isForeign = td.classList.contains("e3") ? !data.finals.length : data.year;
    if (isShut || isForeign) td.setAttribute("aria-readonly", "true");
  }
}

/** Begin at today's column of the first student, and bring it into view. @param {boolean} focus */
export function begin(focus) {
  const first = rows()[0];
  if (!first) return;
  const cells = cellsOf(first);
  const place = data.year ? cells.length - 1 : Math.max(0, data.today);
  const start = cells[place] ?? cells[0];
  go(start, { focus, scroll: false });
  show(place);
}

/** Scroll so that the column has some before and some after it. @param {number} column */
function show(column) {
  const table = grid();
  const wrap = table?.parentElement;
  const head = table?.tHead?.querySelector("tr.ty")?.children[column];
  if (!table || !wrap || !(head instanceof HTMLElement)) return;
  const names = /** @type {HTMLElement} */ (rows()[0].cells[1]);
  const left = names.offsetLeft + names.offsetWidth;
  const totals = [...rows()[0].querySelectorAll("td.e")]
    .filter((td) => getComputedStyle(td).position === "sticky")
    .reduce((sum, td) => sum + /** @type {HTMLElement} */ (td).offsetWidth, 0);
  const ahead = innerWidth < 720 ? 1 : 4;
  const wanted = head.offsetLeft + head.offsetWidth * (1 + ahead) - (wrap.clientWidth - totals);
  const first = /** @type {HTMLElement} */ (head.parentElement?.children[0]).offsetWidth || 1;
  wrap.scrollLeft = Math.ceil(Math.max(0, Math.min(wanted, head.offsetLeft - left)) / first) * first;
}

/** Keys that move. @param {KeyboardEvent} event @returns {boolean} whether the key was one */
export function moveByKey(event) {
  const { key } = event;
  if ((event.ctrlKey || event.metaKey) && key === "Home") today();
  else if (event.ctrlKey || event.metaKey || event.altKey) return false;
  else if (key === "ArrowUp") step(-1, 0);
  else if (key === "ArrowDown") step(1, 0);
  else if (key === "ArrowLeft") step(0, -1);
  else if (key === "ArrowRight") step(0, 1);
  else if (key === "Enter") step(event.shiftKey ? -1 : 1, 0);
  else if (key === "PageDown") step(10, 0);
  else if (key === "PageUp") step(-10, 0);
  else if (key === "Home") edge(false);
  else if (key === "End") edge(true);
  else return false;
  event.preventDefault();
  return true;
}

/** @param {HTMLTableCellElement} td whether one can stand in it */
export const canStand = (td) => td.classList.contains("m") || isFinal(td);

/** Column of the current cell; -1 in the column of the period's mark. */
export const currentColumn = () => (current && !isFinal(current) ? Math.min(placeOf(current), columns.length - 1) : -1);
