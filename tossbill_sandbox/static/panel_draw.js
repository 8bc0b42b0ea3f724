// Rendering for the panel. Text is inserted as text, never as markup.

const { lang, dataset } = document.documentElement;
const LOCALE = lang === "en" ? "en-US" : "ko-KR";
const TEXTS = JSON.parse(dataset.texts);

// As in language.py: written in Korean, translated by the table, which is empty for Korean.
export function text(korean, values = {}) {
  const words = TEXTS[korean] ?? korean;
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

const TIME = new Intl.DateTimeFormat(LOCALE, {
  timeZone: "Asia/Seoul",
  year: "numeric",
  month: "long",
  day: "numeric",
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

const SHORT = new Intl.DateTimeFormat(LOCALE, {
  timeZone: "Asia/Seoul",
  month: "numeric",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

export const koreanTime = (date) => TIME.format(date);
export const shortTime = (at) => SHORT.format(new Date(at));
export const won = (amount) => text("{amount}원", { amount: amount.toLocaleString(LOCALE) });

export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child ?? false));
  return made;
}

// Lists are cut to their newest rows until the reader asks for all of them.
const ROWS = 8;
const whole = new Set();
const drawn = new Map();

// Unchanged rows keep their elements, so that open details and focus are preserved.
export function drawList(id, items, row, nothing) {
  drawn.set(id, [items, row, nothing]);
  const list = document.getElementById(id);
  const known = new Map([...list.children].map((each) => [each.dataset.key, each]));
  const rows = (whole.has(id) ? items : items.slice(0, ROWS)).map((item, index) => {
    const key = JSON.stringify([item.id ?? index, item]);
    return known.get(key) ?? keyed(element("li", {}, ...row(item, index)), key);
  });
  const left = items.length - rows.length;
  const key = `more ${left}`;
  if (left) rows.push(known.get(key) ?? keyed(moreRow(id, left), key));
  list.replaceChildren(...(rows.length ? rows : [element("li", { class: "soft" }, nothing)]));
}

function moreRow(id, left) {
  const made = element("button", { type: "button", class: "small" }, text("{count}개 더 보기", { count: left }));
  made.addEventListener("click", () => {
    whole.add(id);
    drawList(id, ...drawn.get(id));
    document.getElementById(id).children[ROWS].focus();
  });
  return element("li", {}, made);
}

function keyed(made, key) {
  made.dataset.key = key;
  made.tabIndex = -1;
  return made;
}
