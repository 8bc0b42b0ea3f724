// The panel: polls the control API once a second and redraws what changed.

import { drawList, element, koreanTime, shortTime, text, won } from "./panel_draw.js";

const { root: ROOT, mailbox: MAILBOX } = document.documentElement.dataset;
const DAY = 86_400_000;
const EVERY_MS = 1000;
const byId = (id) => document.getElementById(id);

let revision = null;
let now = null;
let state = null;

async function call(method, path, body) {
  const answer = await fetch(`${ROOT}/_control/${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: body === undefined ? {} : { "content-type": "application/json" },
  });
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.error ?? `${answer.status}`), { status: answer.status });
  return found;
}

// Calls the control API, shows an error if it fails, and refreshes at once.
async function act(method, path, body) {
  try {
    await call(method, path, body);
    showError(null);
  } catch (error) {
    showError(error.message);
  }
  await refresh();
}

function showError(message) {
  byId("trouble").hidden = message === null;
  byId("trouble").textContent = message ?? "";
}

async function refresh() {
  const found = await call("GET", `panel?since=${revision ?? ""}&language=${document.documentElement.lang}`);
  now = new Date(found.now);
  byId("now").textContent = koreanTime(now);
  if (found.state) {
    revision = found.revision;
    state = found.state;
    draw();
  }
  drawNextDue();
  drawWay(found);
  if (MAILBOX) await readMail();
}

// The list comes from the shop, not from the sandbox; the panel only displays it.
async function readMail() {
  const answer = await fetch(MAILBOX);
  byId("mailbox").hidden = !answer.ok;
  if (!answer.ok) return;
  const { letters } = await answer.json();
  drawList("letters", letters, letterRow, text("고객에게 메일을 보내면 여기에 보여요."));
}

const onlyHere = () =>
  text(
    "이 패널은 샌드박스를 켠 컴퓨터에서만 쓸 수 있어요. 그 컴퓨터에서 localhost 주소로 열거나 샌드박스를 --control-from 옵션으로 시작해 주세요.",
  );

async function watch() {
  let lost = false;
  for (;;) {
    if (!document.hidden) {
      try {
        await refresh();
        if (lost) showError(null);
        lost = false;
      } catch (error) {
        lost = true;
        showError(error.status === 403 ? onlyHere() : text("연습용 토스가 대답하지 않아요. 켜져 있는지 확인해 주세요."));
        if (!state) byId("next-due").textContent = "";
      }
    }
    await new Promise((wake) => setTimeout(wake, EVERY_MS));
  }
}

function drawNextDue() {
  const at = state?.next_due_at;
  byId("next-due").textContent = at
    ? text("다음 일정: {time}", { time: koreanTime(new Date(at)) })
    : text("예정된 일이 없어요");
  document.querySelector("[data-advance=next]").disabled = !at;
}

// The app that follows the clock settles what is due on the way, and waits for unknown outcomes.
function drawWay({ target, waits }) {
  const way = target ? [text("{time}까지 가는 중이에요.", { time: koreanTime(new Date(target)) })] : [];
  if (waits) {
    const what = { order: waits.order_id, time: shortTime(waits.until) };
    way.push(
      text("아직 결과를 모르는 결제 {order}부터 확인해요.", what),
      text("실제 시각 {time}에 토스에 다시 물어보고, 결과를 알면 이어서 가요.", what),
    );
  }
  const words = way.join(" ");
  if (byId("way").textContent !== words) byId("way").textContent = words;
}

function draw() {
  drawCustomer();
  byId("doubles").hidden = !state.double_charges.length;
  drawList("double-list", state.double_charges, doubleRow, "");
  drawList("methods", state.methods.filter(isShown), methodRow, text("등록한 결제수단이 여기에 보여요."));
  drawList("payments", state.payments.filter(isShown), paymentRow, text("결제하면 여기에 보여요."));
  drawList("endpoints", state.webhooks.endpoints, endpointRow, text("주소를 추가하면 웹훅을 보내요."));
  drawList("deliveries", state.webhooks.deliveries, deliveryRow, text("아직 보낸 웹훅이 없어요."));
  drawList("faults", state.faults, faultRow, text("켜 둔 장애가 없어요."));
  drawList("requests", state.requests, requestRow, text("API를 부르면 여기에 보여요."));
  fillOptions("endpoint", state.fault_endpoints);
  fillKinds();
}

// The address names the customer whose methods and payments show; without one, everybody's do.
const customer = () => new URLSearchParams(location.hash.slice(1)).get("customer");
const isShown = ({ customer_key: key }) => !customer() || key === customer();

function drawCustomer() {
  byId("customer").hidden = !customer();
  byId("customer-key").textContent = customer() ?? "";
  // Only inside the shop's own app is there a page to lead to.
  byId("to-shop").hidden = !MAILBOX;
  byId("to-shop").href = "/subscription/";
}

function customerLink(key) {
  return element("a", { href: `#customer=${encodeURIComponent(key)}` }, text("고객 {key}", { key }));
}

addEventListener("hashchange", () => {
  if (state) draw();
});

function fillOptions(id, names) {
  if (byId(id).options.length) return;
  byId(id).append(...names.map((name) => element("option", { value: name }, name)));
}

// Webhooks have kinds of their own, and the others fit every call.
function fillKinds() {
  const kinds = byId("endpoint").value === "webhook" ? state.webhook_fault_kinds : state.fault_kinds;
  if (byId("kind").options[0]?.value !== kinds[0]) byId("kind").replaceChildren();
  fillOptions("kind", kinds);
  byId("code-field").hidden = byId("kind").value !== "refuse";
}

function doubleRow({ unheard, again, ...found }) {
  const orders = { first: unheard.order_id, second: again.order_id };
  const times = [unheard, again].map(({ approved_at: at }) => shortTime(at)).join(" → ");
  return [
    element("strong", { class: "money" }, won(found.amount_krw)),
    element("span", {}, text("{first}의 응답을 받지 못하고 {second}로 다시 결제했어요.", orders)),
    element("span", { class: "soft" }, `${times} · ${found.reason}`),
    customerLink(found.customer_key),
  ];
}

function methodRow(method) {
  return [
    element("strong", {}, method.label),
    element("span", { class: "soft" }, `${method.persona} · `, customerLink(method.customer_key)),
    element("span", {}, method.deleted_at ? text("지워짐") : ""),
  ];
}

function paymentRow(payment) {
  const refund = () => {
    const amount = prompt(text("토스에서 얼마를 환불할까요? (원)"), payment.balance_krw);
    if (amount) act("POST", "refunds", { orderId: payment.order_id, amount: Number(amount) });
  };
  return [
    element("strong", { class: "money" }, won(payment.total_krw)),
    element("span", {}, payment.order_name),
    element("span", { class: "soft" }, `${payment.order_id} · ${shortTime(payment.requested_at)}`),
    ...(payment.customer_key ? [customerLink(payment.customer_key)] : []),
    element("span", { class: "status" }, payment.status),
    element("span", {}, payment.balance_krw < payment.total_krw ? text("남은 {amount}", { amount: won(payment.balance_krw) }) : ""),
    ...(payment.status === "DONE" || payment.status === "PARTIAL_CANCELED"
      ? [button(text("토스에서 환불"), refund, text("{name} 토스에서 환불", { name: payment.order_id }))]
      : []),
  ];
}

function endpointRow(endpoint) {
  const remove = () => act("DELETE", `webhooks/${endpoint.id}`);
  return [element("code", {}, endpoint.url), button(text("지우기"), remove, text("{name} 지우기", { name: endpoint.url }))];
}

function deliveryRow(delivery) {
  const last = delivery.attempts.at(-1);
  const ending = last ? (last.status ?? last.error) : text("보내는 중");
  const waiting = delivery.due_at && last ? text("다음 {time}", { time: shortTime(delivery.due_at) }) : "";
  const times = text("{count}번", { count: delivery.attempts.length });
  const resend = () => act("POST", `webhooks/deliveries/${delivery.id}/resend`);
  return [
    element("strong", {}, delivery.event_type),
    element("span", { class: `status ${delivery.state}` }, `${ending}`),
    element("span", { class: "soft" }, `${delivery.url} · ${times} ${waiting}`),
    more(text("본문"), JSON.stringify(delivery.body, null, 2)),
    button(text("다시 보내기"), resend, text("{name} 다시 보내기", { name: delivery.event_type })),
  ];
}

function faultRow(fault, index) {
  const others = state.faults.filter((_, other) => other !== index);
  const left = fault.count === null ? text("계속") : text("{count}번 남음", { count: fault.count });
  const remove = () => act("POST", "faults", others);
  const name = `${fault.endpoint} ${fault.kind}`;
  return [
    element("strong", {}, `${fault.endpoint} · ${fault.kind}`),
    element("span", { class: "soft" }, left),
    button(text("끄기"), remove, text("{name} 끄기", { name })),
  ];
}

// A code to sign in with stands beside its subject; what a mail links to opens from its text.
function letterRow(letter) {
  const [code] = (letter.kind === "sign_in_code" && letter.body.match(/\b\d{6}\b/)) || [];
  return [
    element("strong", {}, letter.subject),
    code && element("code", {}, code),
    element("span", { class: "soft" }, `${letter.address ?? text("주소 없음")} · ${shortTime(letter.created_at)}`),
    more(text("내용"), ...letter.body.split(/(https?:\/\/\S+)/).map(linked)),
  ];
}

function requestRow(request) {
  const failed = request.status === null || request.status >= 400;
  const copy = async ({ target }) => {
    await navigator.clipboard.writeText(request.curl);
    target.textContent = text("복사했어요");
  };
  return [
    element("strong", {}, request.method),
    element("code", {}, request.path),
    element("span", { class: failed ? "status failed" : "status" }, `${request.status ?? text("끊김")}`),
    element("span", { class: "soft" }, `${shortTime(request.at)} · ${request.milliseconds}ms`),
    request.hint && element("p", { class: "hint" }, request.hint),
    more(text("보낸 것과 받은 것"), `${request.request}\n\n${request.response}`),
    button(text("curl 복사"), copy, text("{name} curl 복사", { name: `${request.method} ${request.path}` })),
  ];
}

function linked(part) {
  const isAddress = /^https?:\/\/\S+$/.test(part);
  return isAddress ? element("a", { href: part, target: "_blank", rel: "noreferrer" }, part) : part;
}

function more(title, ...body) {
  return element("details", {}, element("summary", {}, title), element("pre", { tabindex: "0" }, ...body));
}

function button(name, onClick, label) {
  const made = element("button", { type: "button", class: "small", "aria-label": label }, name);
  made.addEventListener("click", onClick);
  return made;
}

function moveTo(instant) {
  return act("POST", "clock/set", { at: instant.toISOString() });
}

for (const each of document.querySelectorAll("[data-advance]")) {
  each.addEventListener("click", () => {
    const by = each.dataset.advance;
    if (by === "next") act("POST", "clock/next");
    else act("POST", "clock/advance", JSON.parse(by));
  });
}

const days = byId("days");
days.addEventListener("input", () => {
  const target = new Date(now.getTime() + days.valueAsNumber * DAY);
  const ahead = text("{days}일 뒤, {time}", { days: days.value, time: koreanTime(target) });
  byId("days-text").textContent = days.valueAsNumber ? ahead : text("지금");
  byId("go").disabled = !days.valueAsNumber;
});
byId("go").addEventListener("click", async () => {
  await moveTo(new Date(now.getTime() + days.valueAsNumber * DAY));
  days.value = "0";
  days.dispatchEvent(new Event("input"));
});

byId("add-webhook").addEventListener("submit", async (event) => {
  event.preventDefault();
  await act("POST", "webhooks", { url: byId("url").value });
  event.target.reset();
});
byId("add-fault").addEventListener("submit", async (event) => {
  event.preventDefault();
  const rule = {
    endpoint: byId("endpoint").value,
    kind: byId("kind").value,
    count: byId("count").valueAsNumber,
    ...(byId("kind").value === "refuse" ? { code: byId("code").value.trim() } : {}),
  };
  await act("POST", "faults", [...state.faults, rule]);
});
for (const id of ["endpoint", "kind"]) byId(id).addEventListener("change", fillKinds);
byId("dismiss").addEventListener("click", () => act("DELETE", "double-charges"));

watch();
