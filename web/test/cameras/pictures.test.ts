import assert from "node:assert/strict";
import { test } from "node:test";

import { next } from "../../cameras/pictures.js";

const give = (body: BodyInit | null, status: number, headers: Record<string, string>) => () =>
  Promise.resolve(new Response(body, { status, headers }));
const JPEG = { "content-type": "image/jpeg", "x-habeas-number": "8", "x-habeas-delay": "3.2" };

test("a picture comes with its number and how late it is", async () => {
  let asked = "";
  const found = await next("/picture.jpg", 7, (address) => {
    asked = address;
    return give("picture", 200, JPEG)();
  });
  assert.equal(asked, "/picture.jpg?after=7");
  assert.ok(typeof found === "object");
  assert.deepEqual([found.number, found.delay, found.picture.size], [8, 3.2, 7]);
});

test("where none comes in time, or nobody answers, another is asked for", async () => {
  assert.equal(await next("/", 0, give("{}", 503, {})), "none");
  assert.equal(await next("/", 0, () => Promise.reject(new TypeError("away"))), "none");
});

test("where the line breaks in the middle of a picture, it is asked for again", async () => {
  const broken = new ReadableStream({
    pull(controller) {
      controller.error(new TypeError("broken off"));
    },
  });
  assert.equal(await next("/", 0, give(broken, 200, JPEG)), "none");
});

test("what is no picture is the end", async () => {
  assert.equal(await next("/", 0, give("{}", 403, {})), "over");
  assert.equal(await next("/", 0, give("sign in", 200, { "content-type": "text/html" })), "over");
});
