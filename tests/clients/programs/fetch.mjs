// Posts with fetch; MODE=stream sends a body of unknown length, in chunks.
const [url, text, authorization, key] = process.argv.slice(2);
const headers = { authorization, "content-type": "application/json", "idempotency-key": key };
const isStream = process.env.MODE === "stream";
const body = isStream ? new Blob([text]).stream() : text;
const answer = await fetch(url, { method: "POST", headers, body, duplex: "half" });
console.log(answer.status);
