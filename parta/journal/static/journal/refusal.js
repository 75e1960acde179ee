// @ts-check
// A refused cell says which clause refuses it and what can be done instead. The focus stays in the cell; Tab leads
// to the ways out, Esc closes.

import { postJSON } from "../foundation/js/csrf.js";
import { columnOf, data, isFinal, nameOf, studentOf } from "./model.js";
import { box, button, closePop, openPop, popIsAbout } from "./pop.js";
import { say } from "./status.js";
import { forget, refusals, write } from "./write.js";

/** @param {HTMLTableCellElement} td */
export function showRefusal(td) {
  const refusal = refusals.get(td);
  if (!refusal || popIsAbout(td)) return;
  const { refused } = refusal;
  const body = [box("p", "", refused.text)];
  if (refused.clauses?.length) {
    const acts = new Map();
    for (const clause of refused.clauses) {
      const act = clause.act ?? "";
      acts.set(act, [...(acts.get(act) ?? []), clause.number]);
    }
    const cite = [...acts].map(([act, numbers]) => [act, [...new Set(numbers)].join(", ")].filter(Boolean).join(", ")).join("; ");
    body.push(box("p", "clause", box("cite", "", `${cite}.`), ` ${refused.allowed ?? ""}`));
  } else if (refused.allowed) body.push(box("p", "clause", refused.allowed));
  if (refused.help) body.push(box("p", "hint", `Кто поможет: ${refused.help}.`));
  body.push(box("div", "acts", ...ways(td, refusal)));
  openPop(td, { role: "alertdialog", kind: "pop--red", title: refused.title, body });
  say("refused", refused.title, `${refused.text} ${refused.allowed ?? ""} Клавиша Tab: что можно сделать.`);
}

/** @param {HTMLTableCellElement} td @param {import("./write.js").Refusal} refusal @returns {Node[]} */
function ways(td, { act, refused }) {
  /** @type {Node[]} */
  const found = [];
  const main = () => (found.length ? "btn" : "btn btn--go");
  for (const way of refused.ways ?? []) {
    if (way.kind === "ask_permit") found.push(button(way.label, () => ask(td), main()));
    else if (way.kind === "give_reason" || way.kind === "give_ground") {
      const ground = way.kind === "give_ground" ? refused.grounds?.[0] : undefined;
      found.push(button(way.label, () => explain(td, way.label, ground), main()));
    } else if (way.kind === "state_substitution") {
      found.push(button(way.label, () => again(td, { ...act, substitution: true }), main()));
    } else if (way.kind === "set_topic" || way.kind === "take_planned_topic") {
      found.push(button(way.label, () => toTopic(td), main()));
    }
  }
  const label = act.value ? (isFinal(td) || act.fact === "mark" ? "Убрать" : "Убрать знак") : "Оставить как было";
  found.push(button(label, () => drop(td), main()));
  return found;
}

/** @param {HTMLTableCellElement} td */
function drop(td) {
  forget(td);
  closePop(false);
  td.focus();
  say("", "");
}

/** @param {HTMLTableCellElement} td @param {import("./write.js").Act} act */
function again(td, act) {
  closePop(false);
  td.focus();
  write(act);
}

/** The lesson's form, opened if need be. @param {HTMLTableCellElement} td */
function toTopic(td) {
  const lesson = columnOf(td)?.lesson;
  const now = document.getElementById("now");
  forget(td);
  closePop(false);
  if (now && Number(now.dataset.l) === lesson) document.getElementById("topic")?.focus();
  else location.assign(`${data.urls.self}?term=${data.term}&lesson=${lesson}#now`);
}

/** @param {string} label @param {string} hint */
function words(label, hint) {
  const field = document.createElement("textarea");
  field.className = "input";
  field.rows = 2;
  field.maxLength = 300;
  field.required = true;
  field.id = "pop-words";
  const name = document.createElement("label");
  name.htmlFor = field.id;
  name.textContent = label;
  return { field, block: box("div", "field", name, field, box("p", "hint", hint)) };
}

/** @param {HTMLTableCellElement} td @param {string} title @param {string} [ground] code of the paper asked for */
function explain(td, title, ground) {
  const refusal = refusals.get(td);
  if (!refusal) return;
  const { field, block } = ground
    ? words("Основание", "Номер и дата документа, например «протокол № 5 от 12 октября». Останется в журнале изменений.")
    : words("Причина", "Причина останется в журнале изменений.");
  const go = () => {
    const reason = field.value.trim();
    if (!reason) return field.focus();
    again(td, { ...refusal.act, reason, ground });
  };
  openPop(td, {
    kind: "pop--red",
    title,
    body: [block, box("div", "acts", button(ground ? "Сохранить с основанием" : "Сохранить с причиной", go, "btn btn--go"), button("Отмена", () => drop(td)))],
  });
  field.focus();
}

/** @param {HTMLTableCellElement} td */
function ask(td) {
  const refusal = refusals.get(td);
  if (!refusal) return;
  const { act, refused } = refusal;
  const { field, block } = words("Зачем нужно исправление", `Просьба уйдёт завучу: ${nameOf(td)}, ${act.value || "снять"}.`);
  const go = async () => {
    const reason = field.value.trim();
    if (!reason) return field.focus();
    const answer = await postJSON(data.urls.permit, {
      journal: data.journal,
      lesson: columnOf(td)?.lesson ?? null,
      ...(isFinal(td) ? { term: data.term } : {}),
      student: studentOf(td),
      fact: act.fact,
      wanted: act.value,
      clauses: (refused.clauses ?? []).map((/** @type {{id: string}} */ clause) => clause.id),
      reason,
    });
    if (answer.ok) {
      drop(td);
      say("saved", "Просьба отправлена завучу. Когда её одобрят, введите значение ещё раз");
    } else block.append(box("p", "err", answer.data?.error ?? "Нет связи: просьба не отправлена. Повторите."));
  };
  openPop(td, {
    kind: "pop--red",
    title: "Попросить согласие",
    body: [block, box("div", "acts", button("Отправить", go, "btn btn--go"), button("Отмена", () => drop(td)))],
  });
  field.focus();
}
