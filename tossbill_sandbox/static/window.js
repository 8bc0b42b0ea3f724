// Enhancements of the window. It works without them, except in an iframe.

const byId = (id) => document.getElementById(id);

// Only if the shop's page has moved the focus here: see fields.py.
if (document.hasFocus()) document.querySelector("[data-focus]")?.focus();

const ending = document.querySelector("[data-ending]");
if (ending && window.parent !== window) {
  const { ending: how, url, code, message, hint, parent } = ending.dataset;
  const result = { source: "tossbill-sandbox-window", ending: how, url, code, message, hint };
  // A refusal contains no secret, and a window that did not open does not know its parent.
  window.parent.postMessage(result, how === "refused" ? "*" : parent);
}

const personas = document.querySelector(".personas");
if (personas) {
  personas.hidden = false;
  personas.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-number]");
    if (!chip) return;
    choose(chip.dataset);
    for (const other of personas.querySelectorAll("[data-number]")) {
      other.setAttribute("aria-pressed", String(other === chip));
    }
    // Consent must be given by the customer, even in the sandbox.
    byId("agree").focus();
  });
}

function choose({ number, company }) {
  const owner = document.querySelector("[name=owner]:checked")?.value ?? personas.dataset.owner;
  fill({
    number: byId("expiry") ? spaced(number) : number,
    company,
    expiry: "12/30",
    birth: owner === "CORPORATE" ? "1234567890" : "900101",
    password: "12",
  });
}

function fill(values) {
  for (const [id, value] of Object.entries(values)) if (byId(id)) byId(id).value = value;
}

function labelOf(id) {
  return document.querySelector(`label[for=${id}]`);
}

function spaced(text) {
  return text.replace(/\D/g, "").slice(0, 16).replace(/(\d{4})(?=\d)/g, "$1 ");
}

function formatAtEnd(id, format) {
  byId(id)?.addEventListener("input", ({ target, inputType }) => {
    // Only while typing at the end: a cursor in the middle must not jump.
    const atEnd = target.selectionStart === target.value.length;
    if (atEnd && !inputType?.startsWith("delete")) target.value = format(target.value);
  });
}

if (byId("expiry")) formatAtEnd("number", spaced);
formatAtEnd("expiry", (text) => text.replace(/\D/g, "").slice(0, 4).replace(/^(\d\d)(?=\d)/, "$1/"));

// The owner type determines the label of the next field.
function nameBirth() {
  const chosen = document.querySelector("[name=owner]:checked");
  if (chosen) labelOf("birth").textContent = chosen.dataset.label;
}
document.querySelector(".choices")?.addEventListener("change", nameBirth);
nameBirth();

document.querySelector("form.step")?.addEventListener("submit", ({ target }) => {
  target.querySelector(".primary").disabled = true;
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(".primary:disabled")) button.disabled = false;
});

// Here, when the page has its full height: focus alone leaves a mistake behind the button.
document.querySelector("[aria-invalid]")?.scrollIntoView({ block: "center" });
