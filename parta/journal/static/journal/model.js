// @ts-check
// What the page knows: the data the server sent along, and the cells of the grid with what stands in them.
// A cell's place says everything: its row the student, its place in the row the column.

/**
 * @typedef {object} Column
 * @property {number} lesson
 * @property {number} assessment 0 until the first mark makes the column
 * @property {string} work
 * @property {number} position
 * @property {number} weight
 * @property {boolean} marks marks may be written
 * @property {boolean} absences absences may be written
 * @property {boolean} leads the first column of its lesson: it carries the absence
 * @property {boolean} ahead not yet held
 * @property {boolean} today
 * @property {{clause: string, text: string} | null} closed what closes it to marks
 * @property {number} hours of its lesson
 *
 * @typedef {object} Cell what stands in a cell as the server knows it
 * @property {string} value
 * @property {string} first the mark before its correction
 * @property {number} version
 * @property {string} absence
 * @property {number} absenceVersion
 * @property {boolean} late
 * @property {boolean} noted
 */

const source = document.getElementById("grid-data");

/** @type {any} */
export const data = JSON.parse(source?.textContent ?? "{}");

const table = /** @type {HTMLTableElement | null} */ (document.querySelector(".jg"));
const bodyRows = table ? [...table.tBodies[0].rows] : [];

/** @type {Column[]} */
export const columns = data.columns.map((/** @type {any[]} */ c) => ({
  lesson: c[0],
  assessment: c[1],
  work: c[2],
  position: c[3],
  weight: c[4],
  marks: Boolean(c[5] & 1),
  absences: Boolean(c[5] & 2),
  leads: Boolean(c[5] & 4),
  ahead: Boolean(c[5] & 8),
  today: Boolean(c[5] & 16),
  closed: c[6] < 0 ? null : { clause: data.clauses[c[6]][0], text: data.clauses[c[6]][1] },
  hours: c[7] ?? 1,
}));

/** @type {Map<string, {worth: number | null, passes: boolean}>} */
export const scale = new Map(
  data.scale.map((/** @type {[string, number | null, boolean]} */ s) => [s[0], { worth: s[1], passes: s[2] }]),
);

/** @type {{symbol: string, meaning: string, title: string, mine: boolean, keys: string[]}[]} */
export const absenceCodes = data.absences.map((/** @type {any[]} */ a) => ({
  symbol: a[0],
  meaning: a[1],
  title: a[2],
  mine: a[3],
  keys: a[4],
}));

const MISSED = new Set(["unknown", "ill", "excused", "unexcused"]);

/** @param {string} symbol whether it counts as a missed lesson */
export const isMissed = (symbol) => MISSED.has(absenceCodes.find((code) => code.symbol === symbol)?.meaning ?? "");

/** @returns {HTMLTableElement | null} */
export const grid = () => table;

/** @returns {HTMLTableRowElement[]} */
export const rows = () => bodyRows;

/** @param {HTMLTableRowElement} row @returns {HTMLTableCellElement[]} cells of the row one can stand in: marks, then the mark of the period */
export function cellsOf(row) {
  const cells = /** @type {HTMLTableCellElement[]} */ ([...row.cells].filter((cell) => cell.classList.contains("m")));
  const last = row.cells[row.cells.length - 1];
  if (isFinal(last)) cells.push(last);
  return cells;
}

/** @param {HTMLTableCellElement} td */
export const rowOf = (td) => /** @type {HTMLTableRowElement} */ (td.parentElement);

/** @param {HTMLTableCellElement} td */
export const studentOf = (td) => Number(rowOf(td).dataset.s);

/** @param {HTMLTableCellElement} td */
export const isFinal = (td) => td.classList.contains("e3");

/** @param {HTMLTableCellElement} td @returns {number} number of the column; the mark of the period comes after the last */
export const placeOf = (td) => td.cellIndex - 2 - (isFinal(td) ? 2 : 0);

/** @param {HTMLTableCellElement} td @returns {Column | null} */
export const columnOf = (td) => (isFinal(td) ? null : (columns[placeOf(td)] ?? null));

/** @param {number} student @param {number} column @returns {HTMLTableCellElement | undefined} */
export const cellAt = (student, column) => bodyRows.find((row) => Number(row.dataset.s) === student)?.cells[column + 2];

/** @param {HTMLTableCellElement} td the cell of the same lesson that carries the absence */
export function leadOf(td) {
  const column = columnOf(td);
  if (!column || column.leads) return td;
  const place = columns.findIndex((other) => other.lesson === column.lesson && other.leads);
  return place < 0 ? td : rowOf(td).cells[place + 2];
}

/** @param {HTMLTableCellElement} td «Сафина Диляра» */
export function nameOf(td) {
  const head = rowOf(td).cells[1];
  return (head.title || head.textContent || "").split(",")[0].split(" ").slice(0, 2).join(" ");
}

/** @param {HTMLTableCellElement} td «14 октября, контрольная работа», «I четверть» */
export function columnName(td) {
  const head = table?.tHead;
  if (!head) return "";
  if (isFinal(td)) return head.querySelector(".e3")?.getAttribute("title") ?? "";
  if (data.year) return head.rows[0].cells[td.cellIndex]?.textContent ?? "";
  const works = head.querySelector("tr.ty");
  const title = works?.children[placeOf(td)]?.getAttribute("title") ?? "";
  return title.split(scale.size ? ", вес" : ",")[0];
}

/** @type {WeakMap<HTMLTableCellElement, Cell>} */
const known = new WeakMap();

/** @param {HTMLTableCellElement} td @returns {Cell} what stands in it, read off the page at the first question */
export function standing(td) {
  let cell = known.get(td);
  if (!cell) known.set(td, (cell = read(td)));
  return cell;
}

/** @param {HTMLTableCellElement} td @param {Partial<Cell>} changed */
export function settle(td, changed) {
  known.set(td, { ...standing(td), ...changed });
}

/** @param {HTMLTableCellElement} td @returns {Cell} */
function read(td) {
  let value = "";
  let first = "";
  let absence = "";
  for (const node of td.childNodes) {
    if (node.nodeName === "S") first = node.textContent ?? "";
    else if (node.nodeName === "SUP") absence = node.textContent ?? "";
    else value += node.textContent ?? "";
  }
  if (td.classList.contains("abs")) [absence, value] = [value, ""];
  if (td.classList.contains("pen")) value = "";
  return {
    value,
    first,
    version: Number(td.dataset.v ?? (value ? 1 : 0)),
    absence,
    absenceVersion: Number(td.dataset.a ?? (absence ? 1 : 0)),
    late: td.classList.contains("lt"),
    noted: td.classList.contains("cmt"),
  };
}
