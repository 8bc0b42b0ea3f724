// Comforts of the window. It works without them, except in an iframe, which needs a script anyway.

const byId = (id) => document.getElementById(id);

const ending = document.querySelector("[data-ending]");
if (ending && window.parent !== window) {
  const { ending: how, url, code, message, parent } = ending.dataset;
  const text = { source: "tossbill-sandbox-window", ending: how, url, code, message };
  // A refusal says nothing secret, and a window that did not open does not know its parent.
  window.parent.postMessage(text, how === "refused" ? "*" : parent);
}

const personas = document.querySelector(".personas");
if (personas) {
  personas.hidden = false;
  personas.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-number]");
    if (!chip) return;
    fill({ number: spaced(chip.dataset.number), expiry: "12/30", birth: "900101", password: "12" });
    for (const other of personas.querySelectorAll("[data-number]")) {
      other.setAttribute("aria-pressed", String(other === chip));
    }
    // Consent is the customer's own to give, also in practice.
    byId("agree").focus();
  });
}

function fill(values) {
  for (const [id, value] of Object.entries(values)) byId(id).value = value;
}

function spaced(text) {
  return text.replace(/\D/g, "").slice(0, 16).replace(/(\d{4})(?=\d)/g, "$1 ");
}

function formatAtEnd(id, format) {
  byId(id)?.addEventListener("input", ({ target, inputType }) => {
    // Only while typing forward at the end: a cursor in the middle must not jump.
    const atEnd = target.selectionStart === target.value.length;
    if (atEnd && !inputType?.startsWith("delete")) target.value = format(target.value);
  });
}

formatAtEnd("number", spaced);
formatAtEnd("expiry", (text) => text.replace(/\D/g, "").slice(0, 4).replace(/^(\d\d)(?=\d)/, "$1/"));

document.querySelector("form.step")?.addEventListener("submit", ({ target }) => {
  target.querySelector(".primary").disabled = true;
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(".primary:disabled")) button.disabled = false;
});
