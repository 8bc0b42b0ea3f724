// Posts with node:http, whose body has no length unless it is told.
import { request } from "node:http";

const [url, text, authorization, key] = process.argv.slice(2);
const headers = {
  authorization, "Content-Type": "application/json", "Idempotency-Key": key,
  ...(process.env.MODE === "length" && { "Content-Length": Buffer.byteLength(text) }),
};
const sent = request(url, { method: "POST", headers }, (answer) => {
  console.log(answer.statusCode);
  answer.resume();
});
sent.write(text);
sent.end();
