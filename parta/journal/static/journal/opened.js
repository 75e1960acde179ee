// @ts-check
// The lesson opened on the right page: topic and homework are saved as their field is left.

import { data } from "./model.js";
import { box, button } from "./pop.js";
import { queue } from "./save.js";
import { send } from "./send.js";
import { say } from "./status.js";

const now = document.getElementById("now");
const topic = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("topic"));
const homework = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("homework"));
const NONE = "не задано";
const minutes = /** @type {HTMLInputElement | null} */ (document.getElementById("minutes"));

let version = Number(now?.dataset.v ?? 0);
let homeworkVersion = Number(now?.dataset.hv ?? 0);
let isHeld = now?.hasAttribute("data-held") ?? false;
/** @type {number | null} */
let planned = null;
let savedTopic = topic?.dataset.saved ?? "";
let savedHomework = "";
let sentTopic = "";
let sentHomework = "";

/** @param {HTMLElement} field @param {string} text */
function complain(field, text) {
  const id = `${field.id}-e`;
  let line = document.getElementById(id);
  if (!line) {
    line = document.createElement("p");
    line.id = id;
    line.className = "err";
    field.after(line);
    field.setAttribute("aria-describedby", id);
  }
  line.textContent = text;
  line.hidden = !text;
  field.setAttribute("aria-invalid", String(Boolean(text)));
  if (text) say("refused", text);
  return line;
}

/** Somebody else wrote meanwhile: both stay in sight, and a person chooses.
 * @param {HTMLTextAreaElement} field @param {any} found @param {(mine: boolean) => void} chosen */
function choose(field, found, chosen) {
  const author = [found.by, found.at].filter(Boolean).join(", ");
  const line = complain(field, `В журнале уже другое: «${found.theirs || "пусто"}»${author ? ` (${author})` : ""}. Ваше осталось в поле.`);
  const pick = (/** @type {boolean} */ mine) => () => {
    complain(field, "");
    chosen(mine);
    field.focus();
  };
  line.append(box("span", "acts", button("Оставить как в журнале", pick(false)), button("Записать моё", pick(true))));
}

/** @param {any[]} refused */
const words = (refused) =>
  refused
    .map((item) => [item.text, item.allowed, (item.clauses ?? []).map((/** @type {any} */ c) => c.number).join(", ")].filter(Boolean).join(" "))
    .join(" ");

function saveTopic() {
  if (!now || !topic) return;
  const text = topic.value.trim();
  if (text === savedTopic.trim()) return complain(topic, "");
  if (text === sentTopic && topic.dataset.s) return;
  sentTopic = text;
  const lesson = Number(now.dataset.l);
  const held = isHeld || now.hasAttribute("data-ahead");
  send({
    changes: () => [
      { fact: "topic", lesson, topic: text, planned, seen: version },
      ...(held || !text ? [] : [{ fact: "conducted", lesson }]),
    ],
    moved: (state) => (topic.dataset.s = state),
    saved: (saved) => {
      delete topic.dataset.s;
      savedTopic = text;
      version = Math.max(version, ...saved.map((result) => result.version ?? 0));
      if (text) isHeld = isHeld || !held;
      complain(topic, "");
    },
    conflict: (found) => {
      topic.dataset.s = "no";
      sentTopic = "";
      const other = found.find((one) => one.index === 0) ?? found[0] ?? {};
      choose(topic, other, (mine) => {
        version = other.version ?? version;
        savedTopic = other.theirs ?? "";
        if (!mine) topic.value = savedTopic;
        delete topic.dataset.s;
        saveTopic();
      });
    },
    refused: (found) => {
      topic.dataset.s = "no";
      sentTopic = "";
      complain(topic, words(found));
    },
  });
}

/** @param {boolean} [none] «не задано» */
function saveHomework(none = false) {
  if (!now || !homework) return;
  const text = none ? "" : homework.value.trim();
  const time = Number(minutes?.value ?? 0);
  const length = !none && Number.isInteger(time) && time > 0 && time <= 600 ? time : null;
  const state = JSON.stringify([text, none, length]);
  if (state === savedHomework || (state === sentHomework && homework.dataset.s)) return;
  sentHomework = state;
  const due = homework.dataset.due ? Number(homework.dataset.due) : null;
  const lesson = Number(now.dataset.l);
  send({
    changes: () => [
      { fact: "homework", lesson, student: null, text, none, minutes: length, due_lesson: text ? due : null, seen: homeworkVersion },
    ],
    moved: (step) => (homework.dataset.s = step),
    saved: (saved) => {
      delete homework.dataset.s;
      homeworkVersion = saved[0]?.version ?? homeworkVersion;
      savedHomework = state;
      if (none) homework.value = "";
      now.querySelector("[data-none]")?.setAttribute("aria-pressed", String(none));
      complain(homework, "");
    },
    conflict: (found) => {
      homework.dataset.s = "no";
      sentHomework = "";
      const other = found[0] ?? {};
      choose(homework, other, (mine) => {
        homeworkVersion = other.version ?? homeworkVersion;
        delete homework.dataset.s;
        if (mine) return saveHomework(none);
        const isNone = other.theirs === NONE;
        homework.value = isNone ? "" : (other.theirs ?? "");
        now.querySelector("[data-none]")?.setAttribute("aria-pressed", String(isNone));
        savedHomework = JSON.stringify([homework.value.trim(), isNone, length]);
      });
    },
    refused: (found) => {
      homework.dataset.s = "no";
      sentHomework = "";
      complain(homework, words(found));
    },
  });
}

/** Take a topic of the plan, with its homework when none stands yet. @param {HTMLElement} chip */
function takeTopic(chip) {
  if (!topic) return;
  planned = Number(chip.dataset.topic);
  topic.value = chip.dataset.text ?? "";
  for (const other of now?.querySelectorAll("[data-topic][aria-pressed]") ?? []) other.setAttribute("aria-pressed", String(other === chip));
  chip.closest("details")?.removeAttribute("open");
  saveTopic();
  if (homework && !homework.value.trim() && chip.dataset.homework) {
    homework.value = chip.dataset.homework;
    homework.dataset.s = "wait";
    homework.focus();
  } else topic.focus();
}

export function openLesson() {
  if (homework) savedHomework = JSON.stringify([homework.value.trim(), false, Number(minutes?.value ?? 0) || null]);
  if (now?.querySelector('[data-none][aria-pressed="true"]')) savedHomework = JSON.stringify(["", true, null]);
  for (const chips of now?.querySelectorAll("[data-topics], [data-homeworks]") ?? []) chips.removeAttribute("hidden");
  topic?.addEventListener("input", () => (planned = null));
  topic?.addEventListener("change", saveTopic);
  homework?.addEventListener("change", () => saveHomework());
  homework?.addEventListener("blur", () => homework.value.trim() && saveHomework());
  minutes?.addEventListener("change", () => homework?.value.trim() && saveHomework());
  now?.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const chip = /** @type {HTMLElement | null} */ (target.closest("[data-topic]"));
    if (chip) takeTopic(chip);
    else if (target.closest("[data-none]")) saveHomework(true);
    else if (homework && target.closest("[data-column-words]")) {
      homework.value = /** @type {HTMLElement} */ (target.closest("[data-column-words]")).dataset.columnWords ?? "";
      saveHomework();
    }
  });
  openLines();
  queue.beforeLeaving(() => {
    saveTopic();
    if (homework?.value.trim()) saveHomework();
  });
}

/** The lines of the right page: one stop of Tab, arrows between them; a line opens its lesson in place. */
function openLines() {
  const list = document.getElementById("rlist");
  if (!list) return;
  const lines = /** @type {HTMLAnchorElement[]} */ ([...list.querySelectorAll("a.les")]);
  const nearest = /** @type {HTMLElement | null} */ (now?.previousElementSibling ?? lines.filter((line) => !line.classList.contains("fu")).pop() ?? lines[0]);
  for (const line of lines) {
    line.tabIndex = line === nearest ? 0 : -1;
    line.href = `${data.urls.self}?term=${data.term}&lesson=${line.dataset.l}#now`;
  }
  list.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!/^Arrow(Up|Down)$/.test(event.key) || !target.matches("a.les")) return;
    event.preventDefault();
    const next = lines[lines.indexOf(/** @type {HTMLAnchorElement} */ (target)) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  // On a day without a lesson the list begins at the last one held, as the marks beside it do.
  const held = lines.filter((line) => !line.classList.contains("fu"));
  const here = now ?? held[held.length - 1];
  if (here) {
    let above = /** @type {HTMLElement} */ (here);
    for (let n = 0; n < (innerWidth < 720 ? 1 : 3); n += 1) above = /** @type {HTMLElement} */ (above.previousElementSibling ?? above);
    list.scrollTop = above.offsetTop - list.offsetTop;
  }
}

/** Where F6 leads on the right page. */
export const rightStop = () => topic ?? /** @type {HTMLElement | null} */ (document.querySelector('#rlist a.les[tabindex="0"]'));
